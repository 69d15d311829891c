// Which thing of the picture is selected, marked in it and reached by the Tab key.

import { Awaited } from "../shared/awaited.js";

export class Selection {
  /** `drawing` is the picture as it is drawn now. */
  constructor(drawing) {
    this.drawing = drawing;
    this.name = undefined;
    this.awaited = new Awaited();
  }

  /** Marks a thing; without one, what was selected keeps the Tab key. */
  mark(thing) {
    const { things, svg } = this.drawing;
    const isDrawn = (name) => name && things.elements(name).length > 0;
    this.name = isDrawn(thing) ? thing : isDrawn(this.name) ? this.name : things.order[0];
    for (const old of svg.querySelectorAll(".selected, [tabindex='0']")) {
      old.classList.remove("selected");
      old.removeAttribute("aria-pressed");
      old.setAttribute("tabindex", "-1");
    }
    const all = things.elements(this.name);
    all[0]?.setAttribute("tabindex", "0");
    if (!thing) return;
    for (const element of all) element.classList.add("selected");
    if (all[0]?.getAttribute("role") === "button") all[0].setAttribute("aria-pressed", "true");
  }

  /** Gives the keyboard to what is selected. */
  focus() {
    this.drawing.things.elements(this.name)[0]?.focus({ preventScroll: true });
  }

  /** Selects a thing here; the server will hear of it. */
  choose(thing) {
    this.mark(thing);
    this.focus();
    this.awaited.expect(thing);
  }

  /** Follows the server; returns whether something else is selected now. */
  follow(thing) {
    if (this.awaited.isEarlier(thing)) return false;
    const hasMoved = Boolean(thing) && thing !== this.name;
    this.mark(thing);
    return hasMoved;
  }

  /** Marks a thing in a new picture, where choices made in the old one count no more. */
  restart(thing) {
    this.awaited.forget();
    this.mark(thing);
  }
}
