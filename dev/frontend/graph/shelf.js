// What is opened stands on shelves of its own: a stage's blocks with their convolutions, and every layer of a block. Sizes
// are in units of the picture; `t` is the size of the text. A shelf has a name, a height, and draw(scene, top).
import { svg } from "../shared/dom.js";
import { drawBlock, forkDot, openedLines } from "./block.js";
import { read } from "./laid.js";
import { fold, ground, widthOf, wire, words } from "./marks.js";
import { beside, headOf, measures, roleOf } from "./units.js";

const PAD = 8;
const HEAD = 1.7; // above what stands on a shelf, in the size of the text
const LARGEST = 1.35; // how much larger than in the line what is open may be
const LARGEST_BESIDE_OPEN = 1.1; // its blocks, if one of them is open itself
const LEAST_SCALE = 0.6; // of an open block: smaller, it is wider than its frame
const GRAPHVIZ_TEXT = 14; // the size of its texts

/** Returns the box of a block on its stage's shelf: its words, a line each, and its size. */
function boxOf(part, t) {
  const lines = openedLines(roleOf(part, "branch"));
  const w = Math.max(...lines.map(({ text, isBold }) => widthOf(text, t, isBold))) + 1.2 * t;
  return { lines, w, h: lines.length * 1.2 * t + 0.8 * t };
}

/** Returns the room that each of a stage's blocks needs, what stands on its arc included. */
function widestBlock(row, t) {
  const m = measures(t);
  const onArc = (part) => {
    const side = roleOf(part, "shortcut");
    return side ? widthOf(side.lines.join(", "), t) + 3 * t : 0;
  };
  const inLine = (part) => boxOf(part, t).w + beside({ parts: [part] }, m);
  return Math.max(...row.parts.map(onArc), ...row.parts.map(inLine)) + t;
}

/** Returns a stage's blocks set in lines as large as their number allows: the lines, the size of their text, and how far one
 *  block begins from the next. */
function setBlocks(row, width, t) {
  const units = row.parts.map((part) => ({ parts: [part], row }));
  let size = t * (row.parts.some((part) => part.title) ? LARGEST_BESIDE_OPEN : LARGEST);
  while (size > t && widestBlock(row, size) * units.length > width) size -= 0.5;
  const wide = widestBlock(row, size);
  const each = Math.max(1, Math.floor(width / wide));
  const lines = [];
  for (let index = 0; index < units.length; index += each) lines.push(units.slice(index, index + each));
  return { lines, size, pitch: Math.min(width / Math.min(each, units.length), wide * 1.5) };
}

/** Draws the ground of a shelf, its title and the button that folds it. */
function drawGround(scene, box, { name, title, says, kind }, t) {
  const { x, y, width } = box;
  scene.groups.set(name, box);
  const plate = ground(box, kind);
  scene.shelves.append(plate, words(says, x + PAD, y + 0.95 * t, t, { anchor: "start", isBold: true }));
  scene.folds.append(fold({ name, title, isOpen: true }, x + width, y + 3, t, scene.texts));
  return plate;
}

/** Draws one line of a stage's blocks, its wires included, across a shelf of that width. */
function drawShelfLine(line, units, { pitch, width, hasArc }) {
  const { m, cy, t } = line;
  const start = PAD + (width - 2 * PAD - pitch * units.length) / 2;
  let from = start + m.lead - m.sum;
  line.parts.append(wire(PAD, from, cy));
  if (hasArc) line.later.append(forkDot(from + m.offset, cy, m));
  else from = PAD;
  units.forEach((unit, index) => {
    const [part] = unit.parts;
    const lead = index ? 0 : m.lead;
    const room = pitch - beside(unit, m) - lead;
    const { lines, w, h } = boxOf(part, t);
    const x = start + index * pitch + lead + Math.max(0, room - w) / 2;
    const left = index ? x : Math.max(from + m.sum, x);
    from = drawBlock(line, unit, { x: left, from, w: Math.min(w, room), h, lines, isGhost: Boolean(part.title) });
  });
  const end = from + (roleOf(units.at(-1).parts[0], "add") ? m.sum : 0);
  line.parts.append(wire(end, width - PAD, cy, { isArrow: true }));
}

/** Returns the shelf of a stage: its blocks with their convolutions. */
export function stageShelf(row, { width, t }) {
  const { lines, size, pitch } = setBlocks(row, width - 2 * PAD, t);
  const m = measures(size);
  const tall = Math.max(...row.parts.map((part) => boxOf(part, size).h));
  const hasArc = row.parts.some((part) => roleOf(part, "add"));
  const above = hasArc ? m.room : 0;
  const each = tall + above + 0.7 * size;
  const height = HEAD * t + lines.length * each;
  const draw = (scene, top) => {
    const head = { name: row.name, title: row.title, says: headOf(row), kind: "shelf" };
    drawGround(scene, { x: 0, y: top, width, height }, head, t);
    lines.forEach((units, number) => {
      const cy = top + HEAD * t + number * each + above + tall / 2;
      drawShelfLine({ ...scene, t: size, m, cy }, units, { pitch, width, hasArc });
    });
  };
  return { name: row.name, height, draw };
}

/** Returns the shelf of an open block, laid out by Graphviz, scaled to the shelf. */
export function blockShelf(part, drawn, { width, t }) {
  const laid = read(drawn);
  const fitting = Math.min((width - 2 * PAD) / laid.width, (LARGEST * t) / GRAPHVIZ_TEXT);
  const scale = Math.max(fitting, LEAST_SCALE);
  const height = laid.height * scale + (HEAD + 0.2) * t;
  const draw = (scene, top) => {
    const wide = Math.max(width, laid.width * scale + 2 * PAD);
    const head = { name: part.block, title: part.title, says: part.title, kind: "shelf block" };
    drawGround(scene, { x: 0, y: top, width: wide, height }, head, t).setAttribute("data-shelf", part.block);
    const at = `translate(${(wide - laid.width * scale) / 2} ${top + HEAD * t}) scale(${scale})`;
    scene.parts.append(svg("g", { class: "block part open", "data-block": part.block, transform: at }, laid.graph));
    scene.edges.push(...laid.edges);
  };
  return { name: part.block, height, draw };
}
