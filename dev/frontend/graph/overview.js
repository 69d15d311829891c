// The whole network: one line from left to right on a wide frame, one stage a line on a narrow one. Height is the root of a
// map's side, width grows with its channels. Sizes are in units of the picture; `t` is the size of the text.
import { svg } from "../shared/dom.js";
import { arranged, BETWEEN, COLUMN_GAP, contentOf, widthOfColumns, widthOfLine } from "./arrange.js";
import { drawBlock, forkDot } from "./block.js";
import { drawLayer } from "./layer.js";
import { fold, ground, turn, widthOf, wire, words } from "./marks.js";
import { beside, headOf, leastHeight, measures, roleOf } from "./units.js";

const LINE_GAP = 14;
const LEAST_HEIGHT = 2.6; // of a block's box, in the size of the text
const UPRIGHT_HEIGHT = 3.4; // the same with a name and F(x) upright below it
const ROOM_FOR_FILTERS = 23; // height of a line that has room for them, in the size of the text
const SMALLEST_TEXT = 8; // of a stage on a narrow frame
const [ABOVE, BELOW] = [2.9, 0.5]; // what a line leaves free for its words, in the size of the text

/** Returns the convolutions of a row that fit beside each other: all blocks' or only the last one's. */
const columns = (row, t, width) =>
  row.filters.length && widthOfColumns(row.filters, t) <= width ? row.filters : row.filters.slice(-1);

/** Returns how many units high one cell's root is, so that everything has room in `tall`. */
function scaleOf(bands, tall, { t, m }) {
  const parts = bands.flatMap((band) => band.units.map((unit) => unit.parts[0]));
  const root = (isBlock) =>
    Math.sqrt(Math.max(1, ...parts.filter((part) => Boolean(part.block) === isBlock).map((part) => part.size[0])));
  const blocks = (tall - 2 * m.room) / root(true);
  return Math.max(Math.min(tall / root(false), blocks), (LEAST_HEIGHT * t) / root(true));
}

/** Whether a line of that height has room for blocks' boxes with a name and F(x) upright below it. */
export const holdsUpright = (height, t) => height - (ABOVE + BELOW) * t - 2 * measures(t).room >= UPRIGHT_HEIGHT * t;

/** Returns what a stage says on a narrow frame: its name and what leaves it above, its convolutions in one line below. */
function narrowCaptions(row, box, t) {
  const pad = measures(t).pad;
  const left = { anchor: "start" };
  const title = headOf(row);
  const labels = [words(title, box.x + pad, box.y + 0.95 * t, t, { ...left, isBold: true })];
  const filters = row.filters.map(([who, lines]) => [...(who ? [who] : []), lines.join(" · ")].join(": ")).join("   ");
  if (filters) {
    const size = Math.min(t, (t * (box.width - 2 * pad)) / widthOf(filters, t));
    labels.push(words(filters, box.x + pad, box.y + box.height - 0.8 * t, size, left));
  }
  return labels;
}

/** Returns what a stage says in a line: its name and what leaves it above, its convolutions below, in columns where blocks
 *  differ; `deep` is how many lines there is room for. */
function captions(row, box, t, deep) {
  const x = box.x + measures(t).pad;
  const width = box.width - measures(t).pad;
  const left = { anchor: "start" };
  const labels = [
    words(row.title, x, box.y + 0.95 * t, t, { ...left, isBold: true }),
    words(row.shape, x, box.y + 2.15 * t, t, left),
  ];
  const shown = deep ? columns(row, t, width) : [];
  shown.forEach(([who, lines], index) => {
    const at = x + (index * (width + COLUMN_GAP * t)) / shown.length;
    (who ? [who, ...lines] : lines).forEach((text, place) => {
      const y = box.y + box.height - (deep - place - 0.2) * 1.2 * t;
      labels.push(words(text, at, y, t, { ...left, isBold: Boolean(who) && !place }));
    });
  });
  return labels;
}

/** Returns how many lines the longest list of convolutions has. */
const deepest = (rows) =>
  Math.max(0, ...rows.flatMap((row) => row.filters.map(([who, lines]) => lines.length + (who ? 1 : 0))));

/** Whether a block only marks its place here: it stands larger on a shelf. */
const isGhost = (row, { parts: [part] }) => row.is_open && (!row.isDirect || Boolean(part.title));

/** Draws the blocks of a band from x on. */
function drawBlocks(line, { row, units }, box, x) {
  const { m, cy, t } = line;
  let from = x + m.lead - m.sum;
  line.parts.append(wire(box.x, from, cy));
  if (roleOf(units[0].parts[0], "add")) line.later.append(forkDot(from + m.offset, cy, m));
  else from = box.x;
  let left = x + m.lead;
  for (const unit of units) {
    const h = Math.max(line.scale * Math.sqrt(unit.parts[0].size[0]), (line.least ?? LEAST_HEIGHT) * t);
    from = drawBlock(line, unit, { x: left, from, w: unit.w, h, isGhost: isGhost(row, unit) });
    left += unit.w + beside(unit, m);
  }
  const end = from + (roleOf(units.at(-1).parts[0], "add") ? m.sum : 0);
  line.parts.append(wire(end, box.x + box.width, cy));
}

/** Draws the layers of a band from x on; the signal begins at the first of the first stage and ends at the last of all. */
function drawLayers(line, band, box, x) {
  const { m, t } = line;
  const { name } = band.row;
  const start = name === "1" ? x + m.slim : box.x;
  const end = name === "0" ? x + contentOf(band, m) - m.slim : box.x + box.width;
  line.parts.append(wire(start, end, line.cy));
  band.units.forEach((unit, index) => {
    const [part] = unit.parts;
    const h = Math.min(Math.max(line.scale * Math.sqrt(part.size[0]), leastHeight(part, t)), line.tall);
    drawLayer(line, unit, x + index * (m.slim + m.apart), m.slim, h);
  });
}

/** Draws a stage: its ground with its words, the button that opens it, and what stands in it. */
function drawBand(line, band, { top, bottom, deep }) {
  const { t, m, texts, isNarrow } = line;
  const { row } = band;
  const box = { x: band.x, y: top, width: band.width, height: bottom - top };
  line.groups.set(row.name, box);
  const labels = isNarrow ? narrowCaptions(row, box, t) : captions(row, box, t, deep);
  line.frames.append(svg("g", { class: "band", "data-stage": row.name }, ground(box, "stage"), ...labels));
  if (row.can_open && (!row.is_open || row.isDirect)) {
    const button = { name: row.name, title: row.title, isOpen: row.is_open };
    line.folds.append(fold(button, box.x + box.width, top + 3, t, texts));
  }
  const draw = band.isBlocks ? drawBlocks : drawLayers;
  draw(line, band, box, box.x + (box.width - contentOf(band, m)) / 2);
}

/** Draws the whole network on the lines that `linesOf` arranged, `width` by `height` in all. */
export function drawLines(scene, lines, { width, height, t }) {
  const each = (height - LINE_GAP * (lines.length - 1)) / lines.length;
  const deep = each >= ROOM_FOR_FILTERS * t ? deepest(lines.flat().map((band) => band.row)) : 0;
  const [above, below] = [ABOVE * t, (1.2 * deep + BELOW) * t];
  const tall = each - above - below;
  const least = holdsUpright(each - 1.2 * deep * t, t) ? UPRIGHT_HEIGHT : LEAST_HEIGHT;
  const scale = scaleOf(lines.flat(), tall, { t, m: measures(t) });
  lines.forEach((bands, number) => {
    const top = number * (each + LINE_GAP);
    const cy = top + above + tall / 2;
    const line = { ...scene, t, m: bands[0].m, tall, cy, scale, least, floor: top + each };
    if (number) scene.parts.append(turn(width, cy - each - LINE_GAP, top - LINE_GAP / 2, cy, 0));
    drawLine(line, bands, width, { top, bottom: top + each, deep });
  });
}

/** Draws one line of bands, what is spare of its width shared among them. */
function drawLine(line, bands, width, place) {
  const spare = (width - widthOfLine(bands)) / bands.length;
  let x = 0;
  bands.forEach((band, index) => {
    Object.assign(band, { x, width: band.width + spare });
    if (index) line.parts.append(wire(x - BETWEEN, x, line.cy, { isArrow: true }));
    drawBand(line, band, place);
    x += band.width + BETWEEN;
  });
}

/** Returns the band of a stage that has a line for itself, and the size of its text: smaller until it fits; null if it never does. */
function bandAlone(row, width, t) {
  for (let size = t; size > SMALLEST_TEXT - 1; size -= 1) {
    const lines = arranged([[row]], width, size, 2);
    if (lines) return { band: lines[0][0], size };
  }
  return null;
}

/** Draws one stage in a line of its own, from `top` on; returns where it ends. */
export function drawStage(scene, row, { width, top, t, tall, rootOfSide }) {
  const found = bandAlone(row, width, t);
  if (!found) return top;
  const { band, size } = found;
  const { m } = band;
  const scale = (tall - 2 * m.room) / rootOfSide;
  const needs = band.units.map(({ parts: [part] }) => {
    const drawn = scale * Math.sqrt(part.size[0]);
    if (part.block) return Math.max(drawn, LEAST_HEIGHT * size) + 2 * m.room;
    return Math.min(tall, Math.max(drawn, leastHeight(part, size)));
  });
  // Arcs need room above only: a stage that stands by itself is not centred.
  const [above, below] = [1.7 * t, row.filters.length ? 1.8 * t : 0.6 * t];
  const need = Math.max(...needs);
  const cy = top + above + need / 2;
  const bottom = cy + need / 2 + below - (band.isBlocks ? m.room : 0);
  Object.assign(band, { x: 0, width });
  drawBand({ ...scene, t: size, m, tall: need, cy, scale, isNarrow: true }, band, { top, bottom, deep: 0 });
  return bottom;
}
