// What is opened stands on shelves of its own: a stage's blocks with their convolutions, and every layer of a block.
import { read } from "./laid.js";
import { element, fold, frame as outline, widthOf, wire, words } from "./marks.js";
import { beside, drawBlock, forkDot, measures, opened, roleOf } from "./units.js";

const PAD = 8;
const LARGEST = 1.35; // how much larger than in the line what is open may be
const LARGEST_BESIDE_OPEN = 1.1; // its blocks, if one of them is open itself

const boxOf = (part, t) => {
  const lines = opened(roleOf(part, "branch"));
  return {
    lines,
    w: Math.max(...lines.map(({ text, isBold }) => widthOf(text, t, isBold))) + 1.2 * t,
    h: lines.length * 1.2 * t + 0.8 * t,
  };
};

// A stage's blocks set in lines, as large as their number allows.
function setBlocks(row, width, t) {
  const units = row.parts.map((part) => ({ parts: [part], row }));
  const wide = (size) => {
    const m = measures(size);
    const side = Math.max(
      ...row.parts.map((part) =>
        roleOf(part, "shortcut") ? widthOf(roleOf(part, "shortcut").lines.join(", "), size) + 3 * size : 0,
      ),
    );
    return Math.max(side, ...units.map((unit) => boxOf(unit.parts[0], size).w + beside(unit, m))) + size;
  };
  let size = t * (row.parts.some((part) => part.title) ? LARGEST_BESIDE_OPEN : LARGEST);
  while (size > t && wide(size) * units.length > width) size -= 0.5;
  const each = Math.max(1, Math.floor(width / wide(size)));
  const lines = [];
  for (let index = 0; index < units.length; index += each) lines.push(units.slice(index, index + each));
  return { lines, size, pitch: Math.min(width / Math.min(each, units.length), wide(size) * 1.5) };
}

export function stageShelf(row, { width, t }) {
  const set = setBlocks(row, width - 2 * PAD, t);
  const m = measures(set.size);
  const tall = Math.max(...row.parts.map((part) => boxOf(part, set.size).h));
  const hasArc = row.parts.some((part) => roleOf(part, "add"));
  const pitch = tall + (hasArc ? m.room : 0) + 0.7 * set.size;
  const height = 1.7 * t + set.lines.length * pitch;
  const draw = (scene, top) => {
    const box = { x: 0, y: top, width, height };
    scene.groups.set(row.name, box);
    scene.shelves.append(
      outline(box, "shelf"),
      words(`${row.title}  →  ${row.shape}`, PAD, top + 0.95 * t, t, { anchor: "start", isBold: true }),
    );
    scene.folds.append(fold(row.name, true, width, top + 3, t, scene.texts, row.title));
    set.lines.forEach((units, number) => {
      const cy = top + 1.7 * t + number * pitch + (hasArc ? m.room : 0) + tall / 2;
      const line = { ...scene, t: set.size, m, cy };
      const start = PAD + (width - 2 * PAD - set.pitch * units.length) / 2;
      let from = start + m.lead - m.sum;
      scene.parts.append(wire(PAD, from, cy));
      if (hasArc) scene.later.append(forkDot(from + m.offset, cy, m));
      else from = PAD;
      units.forEach((unit, index) => {
        const [part] = unit.parts;
        const room = set.pitch - beside(unit, m) - (index ? 0 : m.lead);
        const { lines, w, h } = boxOf(part, set.size);
        const x = start + index * set.pitch + (index ? 0 : m.lead) + Math.max(0, room - w) / 2;
        const left = index ? x : Math.max(from + m.sum, x);
        from = drawBlock(line, unit, { x: left, from, w: Math.min(w, room), h, lines, isGhost: Boolean(part.title) });
      });
      scene.parts.append(
        wire(from + (roleOf(units.at(-1).parts[0], "add") ? m.sum : 0), width - PAD, cy, { isArrow: true }),
      );
    });
  };
  return { height, draw, name: row.name };
}

// An open block, laid out by Graphviz, scaled to the shelf.
export function blockShelf(part, svg, { width, t, least }) {
  const laid = read(part, svg);
  const scale = Math.min((width - 2 * PAD) / laid.width, (LARGEST * t) / 14);
  const size = Math.max(scale, least);
  const height = laid.height * size + 1.9 * t;
  const draw = (scene, top) => {
    const wide = Math.max(width, laid.width * size + 2 * PAD);
    const box = { x: 0, y: top, width: wide, height };
    scene.groups.set(part.block, box);
    const ground = outline(box, "shelf block");
    ground.setAttribute("data-shelf", part.block);
    scene.shelves.append(ground, words(part.title, PAD, top + 0.95 * t, t, { anchor: "start", isBold: true }));
    scene.folds.append(fold(part.block, true, wide, top + 3, t, scene.texts, part.title));
    const at = `translate(${(wide - laid.width * size) / 2} ${top + 1.7 * t}) scale(${size})`;
    scene.parts.append(element("g", { class: "block part open", "data-block": part.block, transform: at }, laid.graph));
    scene.edges.push(...laid.edges);
  };
  return { height, draw, name: part.block };
}
