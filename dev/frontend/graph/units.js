// What stands in a line: layers as slim boxes, blocks as F(x) with its shortcut over it and the sum behind it.
import { arch, archWay, element, node, SHORTCUT, widthOf, wire, words } from "./marks.js";

const PAPER_INK = "#1a1a1a";
const GROUND = 4;

// Measures that follow from the size of the text, and from how much room there is: 0 is tight, 1 is ample.
export const measures = (t, ease = 1) => ({
  slim: (1.4 + 0.35 * ease) * t, // a layer's box
  apart: (0.25 + 0.3 * ease) * t, // between two layers
  gap: (0.18 + 0.27 * ease) * t, // between a box and a sum
  sum: (0.5 + 0.1 * ease) * t, // radius
  offset: 0.25 * t, // of the arcs that come and go, from the middle of the sum
  thick: (0.3 + 0.06 * ease) * t, // an arc
  rise: 1.25 * t, // of an arc above its box
  room: 2.1 * t, // that an arc and a projection on it need above a box
  lead: (0.8 + 0.5 * ease) * t, // from a band's edge to its first box: there the roads part
  pad: (0.3 + 0.25 * ease) * t, // inside a band
});

// Blocks that are built alike stand one behind the other where single ones would become unreadable.
export function unitsOf(row, stacked) {
  const units = [];
  for (const part of row.parts) {
    const last = units.at(-1);
    if (part.block && stacked.has(`${row.name}.${part.run}`) && last?.parts[0].block && last.parts[0].run === part.run)
      last.parts.push(part);
    else units.push({ parts: [part], row });
  }
  return units;
}

export const roleOf = (part, role) => part.boxes.find((box) => box.role === role);

export function nameOf({ parts }) {
  if (parts.length === 1) return parts[0].name;
  return `${parts[0].name}–${parts.at(-1).name.replace(/^\d+/, "")}`;
}

// The room beside a block's box: the gaps and the sum; without a sum, a piece of wire.
export const beside = (unit, m) => (roleOf(unit.parts[0], "add") ? 2 * m.gap + 2 * m.sum : 4 * m.gap);

// Draws a layer's box about a height; its text reads upwards.
export function drawLayer(line, unit, x, w, h) {
  const [part] = unit.parts;
  const [box] = part.boxes;
  const { t, cy } = line;
  const made = node(box, x, cy - h / 2, w, h);
  const whole = [box.sign, box.lines.join(", ")].filter(Boolean).join(" ");
  const short = [box.sign, box.lines[0]].filter(Boolean).join(" ");
  const text = widthOf(whole, t, true) <= h - 8 ? whole : short;
  const size = Math.min(t, (t * (h - 6)) / widthOf(text, t, true));
  made.append(words(text, x + w / 2, cy, size, { isBold: true, isTurned: true, fill: PAPER_INK }));
  line.parts.append(element("g", { class: "part" }, made));
  line.flow.push({ from: x - line.m.apart, to: x + w, y: cy });
}

// The least height at which a layer's text can be read.
export const leastHeight = (part, t) =>
  widthOf([part.boxes[0].sign, part.boxes[0].lines[0]].filter(Boolean).join(" "), t, true) + 10;

// Draws a block: its box, the arc over it, what stands on the arc, and the sum. `x` is where its room begins, `from` where its
// roads part; returns where the signal leaves. A ghost stands for what is drawn larger elsewhere.
export function drawBlock(line, unit, { x, from, w, h, isGhost = false, lines }) {
  const { m, cy, t } = line;
  const front = unit.parts[0];
  const [branch, side, add] = ["branch", "shortcut", "add"].map((role) => roleOf(front, role));
  const left = x + m.gap;
  const right = left + w;
  const end = add ? right + m.gap + m.sum : right + m.gap;
  const name = isGhost
    ? { class: "ghost", opacity: 0.6, "data-ghost": front.block }
    : { class: "block", "data-block": front.block };
  const group = element("g", {
    ...name,
    ...(unit.parts.length > 1 ? { "data-blocks": unit.parts.map((part) => part.block).join(" ") } : {}),
  });
  const top = cy - h / 2 - m.rise;
  // What belongs to the block, from where the roads part to the sum, with some ground about it.
  const room = add
    ? { x: from, y: top - 0.85 * t, width: end + m.sum - from }
    : { x: left - m.gap, y: cy - h / 2 - GROUND, width: w + 2 * m.gap };
  room.height = cy + h / 2 + GROUND - room.y;
  group.append(element("rect", { ...room, class: "reach", fill: "none", "pointer-events": "all" }));
  const isGone = (box) => box?.fate === "removed";
  if (add) {
    const start = from + m.offset;
    group.append(arch(start, end - m.offset, cy - m.sum, top, m.thick, isGone(add)));
    line.flow.push({ from, to: end, y: cy, arc: archWay(start, end - m.offset, cy, top), block: front.block });
  } else line.flow.push({ from, to: end, y: cy, block: front.block });
  group.append(wire(from, left, cy), wire(right, add ? end - m.sum : end, cy));
  const deep = Math.min(3, unit.parts.length - 1);
  for (let index = deep; index > 0; index -= 1) {
    const behind = node({ ...branch, name: "" }, left + index * 3, cy - h / 2 - index * 3, w - deep * 3, h);
    behind.removeAttribute("id");
    behind.setAttribute("class", "behind");
    group.append(behind);
  }
  const body = node(branch, left, cy - h / 2, deep ? w - deep * 3 : w, h);
  write(body, lines ?? folded(unit, branch, w - deep * 3, h, t), left + (w - deep * 3) / 2, cy, t);
  group.append(body);
  if (side) group.append(onTheArc(side, (from + end) / 2, top, end - from - 2.2 * m.thick, t, Boolean(lines)));
  if (add) {
    const sum = node(add, end - m.sum, cy - m.sum, 2 * m.sum, 2 * m.sum);
    sum.append(words("+", end, cy, 1.25 * t, { isBold: true, fill: PAPER_INK }));
    group.append(sum);
  }
  line.parts.append(group);
  if (isGhost) {
    for (const made of group.querySelectorAll("[id]")) made.removeAttribute("id");
    line.places.set(front.block, { left, right, bottom: line.floor ?? cy + h / 2 });
  } else {
    line.groups.set(front.block, room);
    for (const part of unit.parts) {
      line.groups.set(part.block, room);
      for (const { name: hidden, role } of part.boxes)
        if (part !== front) line.stands.set(hidden, roleOf(front, role)?.name ?? branch.name);
    }
  }
  return end;
}

function onTheArc(side, x, y, room, t, isLarge) {
  const text = isLarge ? side.lines.join(", ") : side.lines[0];
  const size = Math.min(t, (t * (room - 5)) / widthOf(text, t));
  const needed = widthOf(text, size) + 5;
  const hasText = size >= 9;
  const [w, h] = [hasText ? Math.max(needed, 1.4 * t) : Math.min(room, 1.4 * t), hasText ? 1.35 * t : t];
  const made = node(side, x - w / 2, y - h / 2, w, h);
  if (hasText) made.append(words(text, x, y, size, { fill: PAPER_INK }));
  return made;
}

// What stands in a folded block's box: its name, how many stand behind it, F(x) turned where it is narrow.
function folded(unit, branch, w, h, t) {
  const made = [];
  if (branch.sign) made.push({ text: branch.sign, isBold: true });
  const name = nameOf(unit);
  made.push({ text: name, isBold: true, isTurned: widthOf(name, t, true) > w - 1 });
  if (unit.parts.length > 1) made.push({ text: `×${unit.parts.length}` });
  const [, f] = branch.lines;
  if (f === "F(x)") {
    const wide = widthOf(f, t);
    if (wide <= w - 4) made.push({ text: f });
    else if (heightOf(made, t) + wide + 8 <= h) made.push({ text: f, isTurned: true });
  }
  return made;
}

const heightOf = (lines, t) =>
  lines.reduce((sum, { text, isTurned, isBold }) => sum + (isTurned ? widthOf(text, t, isBold) + 0.3 * t : 1.2 * t), 0);

function write(made, lines, x, cy, t) {
  let y = cy - heightOf(lines, t) / 2;
  for (const line of lines) {
    const tall = heightOf([line], t);
    made.append(words(line.text, x, y + tall / 2, t, { ...line, fill: PAPER_INK }));
    y += tall;
  }
}

// What stands in the box of a block whose stage is open.
export function opened(branch) {
  const [name, ...rest] = branch.lines;
  const hasF = rest[0] === "F(x)";
  const head = [branch.sign, name, hasF ? " F(x)" : ""].filter(Boolean).join(" ");
  return [{ text: head, isBold: true }, ...rest.slice(hasF ? 1 : 0).map((text) => ({ text }))];
}

export const forkDot = (x, cy, m) => element("circle", { cx: x, cy, r: 0.75 * m.thick, fill: SHORTCUT, class: "fork" });
