// The picture's marks: boxes, arcs, wires, words. Colours are those of paper; the style sheet changes them by theme. All
// places and sizes are in units of the picture.
import { svg } from "../shared/dom.js";
import { corners, outlineOf } from "./outlines.js";

export const INK = "#5f6368"; // outside the page's colours: what a saved picture has
export const SHORTCUT = "#d55e00"; // viz/theme.py
export const PAPER_INK = "#1a1a1a"; // inside a box
const FONT = "Helvetica,Arial,sans-serif";
const DASHES = { dashed: "4 3", dotted: "1.5 2.5" };
const LEAST_BUTTON = 16;

let pen;

/** Returns how wide a text of a size is. */
export function widthOf(text, size, isBold = false) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = `${isBold ? "bold " : ""}${size}px ${FONT}`;
  return pen.measureText(text).width;
}

/** Returns a line of text whose middle is at height y; turned, it reads upwards. */
export function words(text, x, y, size, { anchor = "middle", isBold = false, isTurned = false, fill = INK } = {}) {
  const look = { "text-anchor": anchor, "font-family": FONT, "font-size": size, fill };
  const made = svg("text", { x, y: y + size * 0.355, ...look }, text);
  if (isBold) made.setAttribute("font-weight", "bold");
  if (isTurned) made.setAttribute("transform", `rotate(-90 ${x} ${y})`);
  return made;
}

/** How a box's outline is painted; what a change took away is empty, but can still be pointed at. */
function lookOf({ status, fill, color, style }) {
  const styles = style.split(",");
  const isGone = status === "removed";
  const dashes = styles.map((name) => DASHES[name]).find(Boolean);
  return {
    fill: isGone ? "none" : fill,
    stroke: color,
    "stroke-width": status ? 2.6 : styles.includes("bold") ? 1.8 : 1.2,
    ...(dashes ? { "stroke-dasharray": dashes } : {}),
    ...(isGone ? { "pointer-events": "all" } : {}),
  };
}

/** Lines across the corners of a box: the mark of some layers. */
function diagonals(x, y, w, h, color) {
  const c = Math.min(6, w / 3, h / 3);
  const [r, b] = [x + w, y + h];
  const cut = (x1, y1, x2, y2) => svg("line", { x1, y1, x2, y2, stroke: color, "stroke-width": 1 });
  return [cut(x, y + c, x + c, y), cut(r - c, y, r, y + c), cut(x, b - c, x + c, b), cut(r - c, b, r, b - c)];
}

/** Returns a layer's box at a place: its outline alone, words come on top. */
export function node(box, x, y, w, h) {
  const outline = outlineOf(box, x, y, w, h);
  for (const [name, value] of Object.entries(lookOf(box))) outline.setAttribute(name, value);
  const made = svg("g", { id: box.name, class: `node ${box.status}`.trim() }, outline);
  if (box.style.split(",").includes("diagonals")) made.append(...diagonals(x, y, w, h, box.color));
  return made;
}

/** Returns a level line from x0 to x1. */
export function wire(x0, x1, y, { isArrow = false } = {}) {
  const line = svg("path", { d: `M${x0},${y}H${x1}`, fill: "none", stroke: INK, "stroke-width": 1.6 });
  return svg("g", { class: "edge wire" }, line, ...(isArrow ? [arrow(x1, y, 0, INK)] : []));
}

/** Returns the wire from the end of one line of the picture, at y0, between the two lines to the start of the next, at y1. */
export function turn(right, y0, between, y1, left) {
  const d = `M${right - 6},${y0}H${right + 2}V${between}H-3V${y1}H${left}`;
  const look = { fill: "none", stroke: INK, "stroke-width": 1.6, "stroke-linejoin": "round" };
  return svg("g", { class: "edge wire" }, svg("path", { d, ...look }), arrow(left, y1, 0, INK));
}

/** Returns an arrow's head with its tip at a place, turned by so many degrees from rightwards. */
function arrow(x, y, degrees, color, size = 5) {
  const points = corners([
    [0, 0],
    [-1.4 * size, -0.75 * size],
    [-1.4 * size, 0.75 * size],
  ]);
  return svg("polygon", { points, fill: color, transform: `translate(${x} ${y}) rotate(${degrees})` });
}

/** Returns the way of a shortcut as SVG writes it: up at x0, over at the height `top`, and down into the sum at x1. */
export function archWay(x0, x1, low, top, end = low) {
  const r = Math.min((x1 - x0) / 2, (low - top) * 0.9);
  return `M${x0},${low}V${top + r}Q${x0},${top} ${x0 + r},${top}H${x1 - r}Q${x1},${top} ${x1},${top + r}V${end}`;
}

/** Returns a shortcut; one that a change took away is thin and dashed. */
export function arch(x0, x1, low, top, thickness, isGone) {
  const tip = 1.6 * thickness;
  const d = archWay(x0, x1, low, top, low - tip);
  const line = svg("path", { d, fill: "none", stroke: SHORTCUT, "stroke-width": isGone ? 1.5 : thickness });
  if (isGone) line.setAttribute("stroke-dasharray", DASHES.dashed);
  return svg(
    "g",
    { class: `shortcut ${isGone ? "removed" : ""}`.trim() },
    line,
    arrow(x1, low, 90, SHORTCUT, tip / 1.2),
  );
}

/** Returns the button that folds or unfolds a group, its right end at `right`, for a text of size t. */
export function fold({ name, title, isOpen }, right, y, t, texts) {
  const side = Math.max(LEAST_BUTTON, 1.3 * t);
  const x = right - side - 4;
  // Down to open, up to fold: a plus would be a third one beside the sum and the zoom.
  const [cx, cy, arm] = [x + side / 2, y + side / 2, side * 0.26];
  const tip = isOpen ? -arm / 2 : arm / 2;
  const points = `${cx - arm},${cy - tip} ${cx},${cy + tip} ${cx + arm},${cy - tip}`;
  const look = { fill: "none", stroke: INK, "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" };
  const plate = svg("rect", { x, y, width: side, height: side, rx: 4, fill: "white", stroke: INK });
  const says = `${isOpen ? texts.close : texts.open}: ${title}`;
  const button = { class: "fold", role: "button", tabindex: "-1", "data-group": name, "aria-label": says };
  return svg("g", button, plate, svg("polyline", { points, ...look }));
}

/** Returns the ground of a stage ("stage") or of what is opened ("shelf"). */
export function ground(box, kind) {
  const fill = kind === "stage" ? "#f3f4f6" : "white";
  return svg("rect", { ...box, rx: 8, class: `outline ${kind}`, fill, stroke: INK, "stroke-width": 0.8 });
}
