// An open block as Graphviz laid it out.
import { svg } from "../shared/dom.js";

const GAP = 10; // units of the drawing, between two texts of one line
const LINE = 4; // bold and small print of one line differ by a point in height
const SHORTCUT_WIDTH = "5"; // of its stroke, viz/dot.py

/** The numbers in a text. */
const numbers = (text) => (text ?? "").match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];

/** Makes a node or an edge of Graphviz's one of the picture's: only layers keep an id. */
function adopt(item, title) {
  if (item.classList.contains("edge")) {
    item.removeAttribute("id");
    const isShortcut = item.querySelector("path")?.getAttribute("stroke-width") === SHORTCUT_WIDTH;
    if (isShortcut) item.setAttribute("class", "shortcut");
  } else if (item.id !== title) {
    item.removeAttribute("id"); // x, where the two paths part: no layer of its own
  } else if (item.classList.contains("removed")) {
    item.querySelector("path, polygon, ellipse").setAttribute("fill", "none");
  }
}

/** Returns what Graphviz drew: its graph, its size in its own units, and the edges between its nodes as pairs of names. */
export function read(drawn) {
  const parsed = new DOMParser().parseFromString(drawn, "image/svg+xml").documentElement;
  const [, , width, height] = numbers(parsed.getAttribute("viewBox"));
  const graph = document.importNode(parsed.querySelector("g.graph"), true);
  graph.removeAttribute("id");
  graph.setAttribute("class", "laid");
  const edges = [];
  for (const item of graph.querySelectorAll("g.node, g.edge")) {
    const title = item.querySelector("title").textContent;
    if (item.classList.contains("edge")) edges.push(title.split("->"));
    adopt(item, title);
  }
  for (const title of graph.querySelectorAll("title")) title.remove(); // browsers would show them as tooltips
  for (const plate of graph.querySelectorAll(":scope > polygon")) plate.remove();
  return { graph: svg("g", {}, graph), edges, width, height };
}

/** Returns a node's texts by lines, from those that hold more than the space that kept two texts apart in the layout. */
function linesOf(node) {
  const lines = new Map();
  for (const text of node.querySelectorAll("text")) {
    text.textContent = text.textContent.trim();
    if (!text.textContent) continue;
    const y = Math.round(Number(text.getAttribute("y")) / LINE);
    lines.set(y, [...(lines.get(y) ?? []), text]);
  }
  return [...lines.values()];
}

/** Puts each line of a node in the middle of its box: Graphviz guessed the widths of its texts, now a font is here. */
export function center(node) {
  const outline = node.querySelector(":scope > :is(path, polygon, ellipse)");
  if (!outline) return;
  const box = outline.getBBox();
  for (const texts of linesOf(node)) {
    const widths = texts.map((text) => text.getComputedTextLength());
    let x = box.x + (box.width - widths.reduce((sum, width) => sum + width, GAP * (texts.length - 1))) / 2;
    texts.forEach((text, index) => {
      text.setAttribute("text-anchor", "start");
      text.setAttribute("x", x);
      x += widths[index] + GAP;
    });
  }
}
