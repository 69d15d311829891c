// What stands in a line: a layer, a block, or blocks that are built alike, one behind the other. Sizes are in units of the
// picture; `t` is the size of the text.
import { widthOf } from "./marks.js";

/** Returns measures that follow from the size of the text and from how much room there is: 1 is ample, 0 is tight, and below
 *  it the layers beside each other alone give way. */
export const measures = (t, given = 1, ease = Math.max(0, given)) => ({
  slim: (1.4 + 0.35 * ease) * t, // a layer's box
  apart: (0.4 + 0.15 * given) * t, // between two layers
  gap: (0.18 + 0.27 * ease) * t, // between a box and a sum
  sum: (0.5 + 0.1 * ease) * t, // radius
  offset: 0.25 * t, // of the arcs that come and go, from the middle of the sum
  thick: (0.3 + 0.06 * ease) * t, // an arc
  rise: 1.25 * t, // of an arc above its box
  room: 2.1 * t, // that an arc and a projection on it need above a box
  lead: (0.8 + 0.5 * ease) * t, // from a band's edge to its first box: there the two paths part
  pad: (0.3 + 0.25 * ease) * t, // inside a band
});

/** Returns a row's units: blocks that are built alike stand one behind the other where `stacked` has their "stage.run". */
export function unitsOf(row, stacked) {
  const units = [];
  for (const part of row.parts) {
    const last = units.at(-1)?.parts;
    const isStacked = part.block && stacked.has(`${row.name}.${part.run}`);
    if (isStacked && last?.[0].block && last[0].run === part.run) last.push(part);
    else units.push({ parts: [part], row });
  }
  return units;
}

/** Returns what a stage is called in one line, with what leaves it, where that is told. */
export const headOf = ({ title, shape }) => [title, shape].filter(Boolean).join("  →  ");

/** Returns the box of a part that plays a role: "branch", "shortcut" or "add"; undefined for none. */
export const roleOf = (part, role) => part.boxes.find((box) => box.role === role);

/** Returns what a unit is called: a block's name, or the first and the last of several. */
export function nameOf({ parts }) {
  if (parts.length === 1) return parts[0].name;
  return `${parts[0].name}–${parts.at(-1).name.replace(/^\d+/, "")}`;
}

/** Returns the room beside a block's box: the gaps and the sum; without a sum, a piece of wire. */
export const beside = (unit, m) => (roleOf(unit.parts[0], "add") ? 2 * m.gap + 2 * m.sum : 4 * m.gap);

/** Returns a layer's text, its details left out: its sign in a comparison, and its first line. */
export const shortText = (box) => [box.sign, box.lines[0]].filter(Boolean).join(" ");

/** Returns the least height at which a layer's text can be read; an ellipse has less room at its ends. */
export function leastHeight({ boxes: [box] }, t) {
  const width = widthOf(shortText(box), t, true);
  return (box.shape === "ellipse" ? 1.25 * width : width) + 10;
}
