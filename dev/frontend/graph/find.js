// The box in which a block, a stage or a layer is found by its name.

// Returns { kind: "block" | "stage" | "layer", name } for what was typed, or null: the whole name first, then its beginning,
// then any part of it.
export function lookUp(text, { blocks, stages, layers }) {
  const wanted = text.trim().toLowerCase();
  const [, stage] = /^(?:stage|阶段)?\s*(\d)$/.exec(wanted) ?? [];
  if (stage && stages.includes(stage)) return { kind: "stage", name: stage };
  const short = wanted.replace(/^(block|块)\s*/, "");
  if (blocks.includes(short)) return { kind: "block", name: short };
  if (!wanted) return null;
  const by = (test) => layers.find((id) => test(id.toLowerCase()));
  const name = by((id) => id === wanted) ?? by((id) => id.startsWith(wanted)) ?? by((id) => id.includes(wanted));
  return name ? { kind: "layer", name } : null;
}

export class Find {
  // `go` takes what was found; `leave` gives the keyboard back to the picture.
  constructor({ go, leave }) {
    this.known = { blocks: [], stages: [], layers: [] };
    this.input = document.createElement("input");
    this.input.type = "search";
    this.choices = document.createElement("datalist");
    this.choices.id = "names";
    this.input.setAttribute("list", "names");
    const seek = () => {
      const found = lookUp(this.input.value, this.known);
      this.input.setCustomValidity(found || !this.input.value.trim() ? "" : this.nothing);
      this.input.reportValidity();
      if (!found) return;
      this.input.value = "";
      go(found);
    };
    // Only who asks for it goes there: leaving the box is no question. A name chosen from the list comes in one piece.
    this.input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") seek();
      else if (event.key === "Escape") leave();
    });
    this.input.addEventListener("input", (event) => {
      this.input.setCustomValidity("");
      const isChosen = !event.inputType || event.inputType === "insertReplacementText";
      if (isChosen && (this.known.blocks.includes(this.input.value) || this.known.layers.includes(this.input.value)))
        seek();
    });
  }

  show({ rows, layers, texts }) {
    const blocks = rows.flatMap((row) => row.parts.flatMap((part) => part.block || []));
    const stages = rows.filter((row) => row.can_open).map((row) => row.name);
    const key = JSON.stringify([blocks, layers, texts.search]);
    if (key === this.key) return;
    this.key = key;
    this.known = { blocks, stages, layers };
    this.nothing = texts.nothing;
    // Who points with a finger has no key to press.
    this.input.placeholder = window.matchMedia("(hover: none)").matches ? texts.search : `${texts.search}  ( / )`;
    this.input.setAttribute("aria-label", texts.search);
    this.choices.replaceChildren(
      ...[...blocks, ...layers].map((value) => Object.assign(document.createElement("option"), { value })),
    );
  }

  focus() {
    this.input.focus();
  }
}
