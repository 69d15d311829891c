// Colours the boxes by a number, or as their kind has it, and says what each box is to those who cannot see it.

const NO_NUMBER = "#dfe1e5"; // a box's colour where colours are numbers and it has none
const SUM = "#ffffff"; // has never one
const INK = "#1a1a1a";

/** Colours nodes by { id: [fill, ink] }; without fills, as they came. */
export function paint(nodes, fills) {
  for (const [id, node] of nodes) {
    for (const shape of node.querySelectorAll(":scope > :is(path, polygon, ellipse)")) {
      shape.dataset.own ??= shape.getAttribute("fill");
      const { own } = shape.dataset;
      const plain = fills && own !== SUM ? NO_NUMBER : own;
      if (own !== "none") shape.setAttribute("fill", fills?.[id]?.[0] ?? plain);
    }
    for (const text of node.querySelectorAll("text")) text.setAttribute("fill", fills?.[id]?.[1] ?? INK);
  }
}

/** Returns the words in an element. */
const wordsOf = (element) => [...element.querySelectorAll("text")].map((text) => text.textContent).join(", ");

/** Makes an element a button. One of all is a stop of the Tab key (see `Selection.mark`); the others are reached by arrows. */
function press(element) {
  element.setAttribute("role", "button");
  element.setAttribute("tabindex", "-1");
}

/** Names things for those who cannot see them. A closed block is one button; elsewhere every layer is one. A sum is called
 *  by what it adds. */
export function label(things, cards) {
  for (const [id, node] of things.nodes) {
    node.setAttribute(
      "aria-label",
      wordsOf(node).replace(/^\+$/, () => `+ ${cards[id]?.[1] ?? ""}`),
    );
    if (!node.closest("g.block:not(.open)")) press(node);
  }
  for (const [name, [element]] of things.blocks) {
    if (things.isOpen(name)) element.setAttribute("role", "group");
    else press(element);
    element.setAttribute("aria-label", cards[name]?.slice(0, 2).join(", ") ?? wordsOf(element));
  }
}
