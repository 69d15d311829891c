// The box in which a block, a stage or a layer is found by its name.
import { html } from "../shared/dom.js";
import { lookUp, namesOf } from "./names.js";

export class Find {
  /** `go` takes what was found, as lookUp returns it; `leave` gives the keyboard back to the picture. */
  constructor({ go, leave }) {
    this.go = go;
    this.known = namesOf([], []);
    this.input = html("input");
    this.input.type = "search";
    this.choices = html("datalist");
    this.choices.id = "names";
    this.input.setAttribute("list", "names");
    // Only who asks for it goes there: leaving the box is no question.
    this.input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") this.seek();
      else if (event.key === "Escape") leave();
    });
    this.input.addEventListener("input", (event) => this.typed(event));
  }

  /** Offers the names of a picture. */
  show({ rows, layers, texts }) {
    const known = namesOf(rows, layers);
    const key = JSON.stringify([known.blocks, layers, texts.search]);
    if (key === this.key) return;
    this.key = key;
    this.known = known;
    this.nothing = texts.nothing;
    // Who points with a finger has no key to press.
    this.input.placeholder = window.matchMedia("(hover: none)").matches ? texts.search : `${texts.search}  ( / )`;
    this.input.setAttribute("aria-label", texts.search);
    const options = [...known.blocks, ...layers].map((value) => Object.assign(html("option"), { value }));
    this.choices.replaceChildren(...options);
  }

  /** Goes to what stands in the box, or says that there is no such thing. */
  seek() {
    const found = lookUp(this.input.value, this.known);
    this.input.setCustomValidity(found || !this.input.value.trim() ? "" : this.nothing);
    this.input.reportValidity();
    if (!found) return;
    this.input.value = "";
    this.go(found);
  }

  /** Takes back a complaint; a name chosen from the list comes in one piece, and is gone to. */
  typed({ inputType }) {
    this.input.setCustomValidity("");
    const isChosen = !inputType || inputType === "insertReplacementText";
    const { blocks, layers } = this.known;
    if (isChosen && (blocks.includes(this.input.value) || layers.includes(this.input.value))) this.seek();
  }

  /** Takes the keyboard. */
  focus() {
    this.input.focus();
  }
}
