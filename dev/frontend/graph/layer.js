// A layer that stands by itself in a line: a slim box, its text upwards.
import { svg } from "../shared/dom.js";
import { node, PAPER_INK, widthOf, words } from "./marks.js";
import { shortText } from "./units.js";

const ROOM = { whole: 8, shrunk: 6 }; // units of the picture that a text leaves free in its box

/** Draws a layer's box, w by h, its middle at the line's height; its text is as long and as large as the box allows. */
export function drawLayer(line, unit, x, w, h) {
  const [box] = unit.parts[0].boxes;
  const { t, cy } = line;
  const made = node(box, x, cy - h / 2, w, h);
  const whole = [box.sign, box.lines.join(", ")].filter(Boolean).join(" ");
  const text = widthOf(whole, t, true) <= h - ROOM.whole ? whole : shortText(box);
  const size = Math.min(t, (t * (h - ROOM.shrunk)) / widthOf(text, t, true));
  made.append(words(text, x + w / 2, cy, size, { isBold: true, isTurned: true, fill: PAPER_INK }));
  line.parts.append(svg("g", { class: "part" }, made));
  line.flow.push({ from: x - line.m.apart, to: x + w, y: cy });
}
