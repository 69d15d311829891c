// What leaves each part of the network as a box: as high as a map's side, as wide as the root of its channels. All in CSS px.
import { svg } from "../shared/dom.js";

const [HIGHEST, WIDEST, DEEPEST] = [0.74, 0.66, 0.3]; // a box in the stage's height and its column's width; its depth in both
const [LEAST_HIGH, LEAST_WIDE, BELOW] = [3, 2, 4];

/** Points as SVG writes them, to a tenth of a px. */
const points = (...all) => all.map((point) => point.map((value) => value.toFixed(1)).join(",")).join(" ");

/** Returns a box from its upper left corner on: its front, its lid, its flank. */
function boxOf({ texts, color }, x, y, wide, high, deep) {
  const [right, top] = [x + wide, y - deep];
  const lid = points([x, y], [x + deep, top], [right + deep, top], [right, y]);
  const flank = points([right, y], [right + deep, top], [right + deep, top + high], [right, y + high]);
  return svg(
    "g",
    { class: "box" },
    svg("title", {}, texts.box),
    svg("polygon", { class: "lid", points: lid, fill: color }),
    svg("polygon", { class: "flank", points: flank, fill: color }),
    svg("rect", { x, y, width: wide, height: high, fill: color }),
  );
}

/** Returns the boxes of parts, { side, channels, texts, color }, side by side on a stage of that size. */
export function drawBoxes(parts, width, height) {
  const column = width / parts.length;
  const side = Math.max(...parts.map((part) => part.side));
  const channels = Math.max(...parts.map((part) => part.channels));
  return parts.map((part, i) => {
    const high = Math.max(LEAST_HIGH, (height * HIGHEST * part.side) / side);
    const wide = Math.max(LEAST_WIDE, WIDEST * column * Math.sqrt(part.channels / channels));
    const deep = DEEPEST * Math.min(high, column);
    return boxOf(part, column * (i + 0.5) - (wide + deep) / 2, height - BELOW - high, wide, high, deep);
  });
}
