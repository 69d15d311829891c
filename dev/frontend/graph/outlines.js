// The shapes of boxes: what kind of layer one is, at a glance.
import { svg } from "../shared/dom.js";

const CORNER = 7; // units of the picture, at most
const [CUT, POINT] = [0.28, 0.25]; // of an octagon's corners and an arrow's head, in the shorter side

/** Returns points as SVG writes them, rounded to a hundredth. */
export const corners = (points) =>
  points.map((point) => point.map((value) => Math.round(value * 100) / 100).join(",")).join(" ");

/** A polygon through points. */
const polygon = (...points) => svg("polygon", { points: corners(points) });

/** A sum, and Graphviz's circle. */
function ellipse(x, y, w, h) {
  return svg("ellipse", { cx: x + w / 2, cy: y + h / 2, rx: w / 2, ry: h / 2 });
}

/** A box with its corners cut. */
function octagon(x, y, w, h) {
  const c = Math.min(w, h) * CUT;
  const [r, b] = [x + w, y + h];
  return polygon([x + c, y], [r - c, y], [r, y + c], [r, b - c], [r - c, b], [x + c, b], [x, b - c], [x, y + c]);
}

/** A box that points to the right. */
function cds(x, y, w, h) {
  const c = Math.min(w, h) * POINT;
  return polygon([x, y], [x + w - c, y], [x + w, y + h / 2], [x + w - c, y + h], [x, y + h]);
}

/** A box with round corners. */
function rounded(x, y, w, h) {
  const r = Math.min(CORNER, w / 3, h / 3);
  const [wide, tall] = [w - 2 * r, h - 2 * r];
  const right = `M${x + r},${y}h${wide}q${r},0 ${r},${r}v${tall}q0,${r} ${-r},${r}`;
  return svg("path", { d: `${right}h${-wide}q${-r},0 ${-r},${-r}v${-tall}q0,${-r} ${r},${-r}z` });
}

/** A plain box. */
function box(x, y, w, h) {
  return polygon([x, y], [x + w, y], [x + w, y + h], [x, y + h]);
}

const OUTLINES = { ellipse, octagon, cds, rounded, box };

/** Returns the outline of a layer's box at a place, by the shape and the style that Graphviz calls it by. */
export function outlineOf({ shape, style }, x, y, w, h) {
  const isRounded = shape === "box" && style.split(",").includes("rounded");
  return OUTLINES[shape === "circle" ? "ellipse" : isRounded ? "rounded" : shape](x, y, w, h);
}
