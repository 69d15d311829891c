// A block in a line: the box of F(x), the shortcut over it with what stands on it, and the sum behind it.
import { svg } from "../shared/dom.js";
import { arch, archWay, node, PAPER_INK, SHORTCUT, widthOf, wire, words } from "./marks.js";
import { nameOf, roleOf } from "./units.js";

// In units of the picture:
const GROUND = 4; // about a block
const BEHIND = 3; // how far a block stands behind another
const MOST_BEHIND = 3; // blocks that are drawn there
const LEAST_TEXT = 9; // smaller, what stands on an arc is a box without a text

/** Whether a change took a box away. */
const isGone = (box) => box?.status === "removed";

/** Returns the dot where the two paths part. */
export const forkDot = (x, cy, m) => svg("circle", { cx: x, cy, r: 0.75 * m.thick, fill: SHORTCUT, class: "fork" });

/** Returns what stands in the box of a block whose stage is open: [{ text, isBold }], a line each. */
export function openedLines(branch) {
  const [name, ...rest] = branch.lines;
  const hasF = rest[0] === "F(x)";
  const head = [branch.sign, name, hasF ? " F(x)" : ""].filter(Boolean).join(" ");
  return [{ text: head, isBold: true }, ...rest.slice(hasF ? 1 : 0).map((text) => ({ text }))];
}

/** Returns what stands in a folded block's box: its name, how many stand behind it, F(x) turned where it is narrow. */
function foldedLines(unit, branch, w, h, t) {
  const made = [];
  // A sign takes a line of its own only where it finds no room beside the name: that line may be the one of F(x).
  const joined = [" ", ""].map((gap) => [branch.sign, nameOf(unit)].filter(Boolean).join(gap));
  const signed = joined.find((text) => widthOf(text, t, true) <= w - 4) ?? joined[1];
  const hasRoom = widthOf(signed, t, true) <= w - 4;
  if (branch.sign && !hasRoom) made.push({ text: branch.sign, isBold: true });
  const name = hasRoom ? signed : nameOf(unit);
  made.push({ text: name, isBold: true, isTurned: widthOf(name, t, true) > w - 1 });
  if (unit.parts.length > 1) made.push({ text: `×${unit.parts.length}` });
  const [, f] = branch.lines;
  if (f !== "F(x)") return made;
  const wide = widthOf(f, t);
  if (wide <= w - 4 && heightOf([...made, { text: f }], t) <= h) made.push({ text: f });
  else if (heightOf([...made, { text: f, isTurned: true }], t) <= h) made.push({ text: f, isTurned: true });
  return made;
}

/** Returns how high lines of text are together, some of them turned. */
function heightOf(lines, t) {
  const tall = ({ text, isTurned, isBold }) => (isTurned ? widthOf(text, t, isBold) + 0.3 * t : 1.2 * t);
  return lines.reduce((sum, line) => sum + tall(line), 0);
}

/** Writes lines into a box, their middle at x and cy. */
function write(made, lines, x, cy, t) {
  let y = cy - heightOf(lines, t) / 2;
  for (const line of lines) {
    const tall = heightOf([line], t);
    made.append(words(line.text, x, y + tall / 2, t, { ...line, fill: PAPER_INK }));
    y += tall;
  }
}

/** Returns the box that stands on an arc, about a point, where `room` is free; with its whole text where it is large. */
function onTheArc(side, x, y, room, t, isLarge) {
  const text = isLarge ? side.lines.join(", ") : side.lines[0];
  const size = Math.min(t, (t * (room - 5)) / widthOf(text, t));
  const hasText = size >= LEAST_TEXT;
  const w = hasText ? Math.max(widthOf(text, size) + 5, 1.4 * t) : Math.min(room, 1.4 * t);
  const h = hasText ? 1.35 * t : t;
  const made = node(side, x - w / 2, y - h / 2, w, h);
  if (hasText) made.append(words(text, x, y, size, { fill: PAPER_INK }));
  return made;
}

/** Returns where a block's pieces stand: its box between `left` and `right`, its arc at the height `top`, the middle of the
 *  sum at `end`, and `room`, what belongs to it with some ground about it. */
function placesOf({ m, cy, t }, hasSum, { x, from, w, h }) {
  const left = x + m.gap;
  const right = left + w;
  const end = right + m.gap + (hasSum ? m.sum : 0);
  const top = cy - h / 2 - m.rise;
  const room = hasSum
    ? { x: from, y: top - 0.85 * t, width: end + m.sum - from }
    : { x, y: cy - h / 2 - GROUND, width: w + 2 * m.gap };
  room.height = cy + h / 2 + GROUND - room.y;
  return { left, right, end, top, room };
}

/** Returns the element that all of a block goes into. */
function groupOf({ parts }, isGhost) {
  const [{ block }] = parts;
  const kind = isGhost
    ? { class: "ghost", opacity: 0.6, "data-ghost": block }
    : { class: "block", "data-block": block };
  const group = svg("g", kind);
  if (parts.length > 1) group.setAttribute("data-blocks", parts.map((part) => part.block).join(" "));
  return group;
}

/** Returns the boxes of F(x), w wide and h high from `left` on: those that stand behind, and the one in front with its words. */
function boxesOf(unit, branch, { left, w, h, lines }, { cy, t }) {
  const deep = Math.min(MOST_BEHIND, unit.parts.length - 1);
  const wide = w - deep * BEHIND;
  const boxes = [];
  for (let index = deep; index > 0; index -= 1) {
    const behind = node({ ...branch, name: "" }, left + index * BEHIND, cy - h / 2 - index * BEHIND, wide, h);
    behind.removeAttribute("id");
    behind.setAttribute("class", "behind");
    boxes.push(behind);
  }
  const front = node(branch, left, cy - h / 2, wide, h);
  write(front, lines ?? foldedLines(unit, branch, wide, h, t), left + wide / 2, cy, t);
  return [...boxes, front];
}

/** Returns the sum about a point. */
function sumOf(add, x, { m, cy, t }) {
  const made = node(add, x - m.sum, cy - m.sum, 2 * m.sum, 2 * m.sum);
  made.append(words("+", x, cy, 1.25 * t, { isBold: true, fill: PAPER_INK }));
  return made;
}

/** Notes where a block stands, and which boxes stand for those hidden behind it. */
function note(line, unit, branch, room) {
  const [front] = unit.parts;
  line.groups.set(front.block, room);
  for (const part of unit.parts.slice(1)) {
    line.groups.set(part.block, room);
    for (const { name, role } of part.boxes) line.stands.set(name, roleOf(front, role)?.name ?? branch.name);
  }
}

/** Draws a block, its box w by h: `x` is where its room begins, `from` where its two paths part; returns where the signal
 *  leaves. A ghost stands for what is drawn larger elsewhere; `lines` are its words where they are not those of a folded one. */
export function drawBlock(line, unit, { x, from, w, h, isGhost = false, lines }) {
  const { m, cy, t } = line;
  const [front] = unit.parts;
  const [branch, side, add] = ["branch", "shortcut", "add"].map((role) => roleOf(front, role));
  const { left, right, end, top, room } = placesOf(line, Boolean(add), { x, from, w, h });
  const group = groupOf(unit, isGhost);
  group.append(svg("rect", { ...room, class: "reach", fill: "none", "pointer-events": "all" }));
  const [start, stop] = [from + m.offset, end - m.offset];
  if (add) group.append(arch(start, stop, cy - m.sum, top, m.thick, isGone(add)));
  const arc = add && archWay(start, stop, cy, top);
  line.flow.push({ from, to: end, y: cy, arc, block: front.block });
  group.append(wire(from, left, cy), wire(right, add ? end - m.sum : end, cy));
  group.append(...boxesOf(unit, branch, { left, w, h, lines }, line));
  if (side) group.append(onTheArc(side, (from + end) / 2, top, end - from - 2.2 * m.thick, t, Boolean(lines)));
  if (add) group.append(sumOf(add, end, line));
  line.parts.append(group);
  if (isGhost) {
    for (const made of group.querySelectorAll("[id]")) made.removeAttribute("id");
    line.places.set(front.block, { left, right, bottom: line.floor ?? cy + h / 2 });
  } else note(line, unit, branch, room);
  return end;
}
