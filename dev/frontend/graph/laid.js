// An open block as Graphviz laid it out.
import { element } from "./marks.js";

const GAP = 10; // between two texts of one line

const numbers = (text) => (text ?? "").match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];

// Its drawing, its size, and the edges between its nodes.
export function read(part, svg) {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const [, , width, height] = numbers(parsed.getAttribute("viewBox"));
  const graph = document.importNode(parsed.querySelector("g.graph"), true);
  graph.removeAttribute("id");
  graph.setAttribute("class", "laid");
  const edges = [];
  for (const item of graph.querySelectorAll("g.node, g.edge")) {
    const title = item.querySelector("title").textContent;
    if (item.classList.contains("edge")) {
      edges.push(title.split("->"));
      item.removeAttribute("id");
      if (item.querySelector("path")?.getAttribute("stroke-width") === "5") item.setAttribute("class", "shortcut");
    } else if (item.id !== title)
      item.removeAttribute("id"); // x, where the roads part: no layer of its own
    else if (item.classList.contains("removed"))
      item.querySelector("path, polygon, ellipse").setAttribute("fill", "none");
  }
  for (const title of graph.querySelectorAll("title")) title.remove(); // browsers would show them as tooltips
  for (const ground of graph.querySelectorAll(":scope > polygon")) ground.remove();
  return { graph: element("g", {}, graph), edges, width, height };
}

// Graphviz guessed the widths of its texts; now that a font is here, put each line in the middle of its box.
export function center(node) {
  const outline = node.querySelector(":scope > :is(path, polygon, ellipse)");
  if (!outline) return;
  const box = outline.getBBox();
  const lines = new Map();
  for (const text of node.querySelectorAll("text")) {
    text.textContent = text.textContent.trim();
    if (!text.textContent) continue; // the space that kept two texts apart in the layout
    const y = Math.round(Number(text.getAttribute("y")) / 4); // bold and small print of one line differ by a point
    lines.set(y, [...(lines.get(y) ?? []), text]);
  }
  for (const texts of lines.values()) {
    const widths = texts.map((text) => text.getComputedTextLength());
    let x = box.x + (box.width - widths.reduce((sum, width) => sum + width, GAP * (texts.length - 1))) / 2;
    texts.forEach((text, index) => {
      text.setAttribute("text-anchor", "start");
      text.setAttribute("x", x);
      x += widths[index] + GAP;
    });
  }
}
