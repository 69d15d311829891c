// The whole network: one line from left to right on a wide frame, one stage a line on a narrow one. Height is the root of a
// map's side, width grows with its channels.
import { element, fold, frame as outline, turn, widthOf, wire, words } from "./marks.js";
import { beside, drawBlock, drawLayer, forkDot, leastHeight, measures, nameOf, roleOf, unitsOf } from "./units.js";

const BETWEEN = 9; // two bands
const EASES = [1, 0.75, 0.5, 0.25, 0]; // how much room there is, the most first
const LEAST_BOX = 1.3; // a block's box, in the size of the text
const LARGEST_BOX = 4.2;
const LONG_RUN = 7; // equal blocks that are stacked rather than set in two lines
const LINE_GAP = 14;
const LARGEST_STEP = 1.1; // how much wider twice the channels may be

const log2 = (number) => Math.log2(Math.max(1, number));
const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);

// How wide a unit's box must be to be read.
const leastBox = (unit, t) => Math.max(LEAST_BOX * t, unit.parts.length > 1 ? widthOf(nameOf(unit), t, true) + 12 : 0);

// How wide the columns of a band's words are: one for blocks that are alike, more where they differ.
const widthOfColumns = (columns, t) =>
  Math.max(...columns.map(([who, lines]) => Math.max(...[who, ...lines].map((text) => widthOf(text, t))) + 0.5 * t)) *
    columns.length -
  0.5 * t;

function columns(row, t, width) {
  return row.filters.length && widthOfColumns(row.filters, t) <= width ? row.filters : row.filters.slice(-1);
}

// What a band needs beside its boxes, and the least it may be wide for its words: for all columns of them, or for one.
function bandOf(row, stacked, { t, m, isWhole }) {
  const units = unitsOf(row, stacked);
  const isBlocks = Boolean(units[0]?.parts[0].block);
  const fixed = isBlocks
    ? m.lead + sum(units.map((unit) => beside(unit, m)))
    : units.length * m.slim + (units.length - 1) * m.apart;
  const title = widthOf(row.title, t, true) + (row.can_open ? 1.8 * t + 6 : 0);
  const filters = row.filters.length ? widthOfColumns(isWhole ? row.filters : row.filters.slice(-1), t) : 0;
  return {
    row,
    units,
    isBlocks,
    m,
    fixed: fixed + 2 * m.pad,
    least: Math.max(title, widthOf(row.shape, t), filters) + 2 * m.pad,
  };
}

const widthOfLine = (bands) => sum(bands.map((band) => band.width)) + BETWEEN * (bands.length - 1);

// The largest share between 0 and 1 that fits.
function largest(fits) {
  let [low, high] = [0, 1];
  for (let turn = 0; turn < 24; turn += 1) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

// Widths of all boxes for lines of that width, by one rule for all of them; whether they fit.
function spread(lines, width, t) {
  const blocks = lines.flat().flatMap((band) => (band.isBlocks ? band.units : []));
  const channels = (unit) => log2(unit.parts[0].size[1]);
  const base = Math.min(...blocks.map(channels));
  const rule = blocks.map((unit) => ({ unit, least: leastBox(unit, t), steps: channels(unit) - base }));
  const fits = (step, extra) => {
    for (const { unit, least, steps } of rule) unit.w = least + extra + step * steps;
    for (const band of lines.flat())
      band.width = Math.max(band.least, band.fixed + (band.isBlocks ? sum(band.units.map((unit) => unit.w)) : 0));
    return lines.every((bands) => widthOfLine(bands) <= width);
  };
  if (!fits(0, 0)) return false;
  const step = largest((part) => fits(part * LARGEST_STEP * t, 0)) * LARGEST_STEP * t;
  const most = (LARGEST_BOX - LEAST_BOX) * t;
  fits(step, largest((part) => fits(step, part * most)) * most);
  return true;
}

// Bands for lines of that width: the longest runs of equal blocks are stacked until they fit, those shorter than `least` never.
function arranged(groups, width, t, least) {
  const stacked = new Set();
  const runs = new Map();
  const key = (row, part) => `${row.name}.${part.run}`;
  for (const row of groups.flat())
    for (const part of row.parts)
      if (part.block && !part.title) runs.set(key(row, part), (runs.get(key(row, part)) ?? 0) + 1);
  for (;;) {
    // Closer together before a word is left out.
    for (const isWhole of [true, false]) {
      for (const ease of EASES) {
        const m = measures(t, ease);
        const lines = groups.map((rows) => rows.map((row) => bandOf(row, stacked, { t, m, isWhole })));
        if (spread(lines, width, t)) return lines;
      }
    }
    const left = [...runs].filter(([name]) => !stacked.has(name));
    const longest = Math.max(0, ...left.map(([, count]) => count));
    if (longest < least) return null;
    // Runs of about one length, as in the stages of a CIFAR network, look alike.
    for (const [name, count] of left) if (count >= Math.max(2, longest - 1)) stacked.add(name);
  }
}

// How many px a map's side of one cell is high, so that everything has room between `top` and `bottom` of a middle.
function scaleOf(bands, tall, { t, m }) {
  const parts = bands.flatMap((band) => band.units.map((unit) => unit.parts[0]));
  const root = (isBlock) =>
    Math.sqrt(Math.max(1, ...parts.filter((part) => Boolean(part.block) === isBlock).map((part) => part.size[0])));
  const blocks = (tall - 2 * m.room) / root(true);
  return Math.max(Math.min(tall / root(false), blocks), (2.6 * t) / root(true));
}

// What a band says: its stage and what leaves it above, its convolutions below, in columns where blocks differ.
function captions(row, box, t, { deep, isNarrow }) {
  const pad = measures(t).pad;
  const left = { anchor: "start" };
  if (isNarrow) {
    const filters = row.filters
      .map(([who, lines]) => [...(who ? [who] : []), lines.join(" · ")].join(": "))
      .join("   ");
    const said = [words(`${row.title}  →  ${row.shape}`, box.x + pad, box.y + 0.95 * t, t, { ...left, isBold: true })];
    if (filters)
      said.push(
        words(
          filters,
          box.x + pad,
          box.y + box.height - 0.8 * t,
          Math.min(t, (t * (box.width - 2 * pad)) / widthOf(filters, t)),
          left,
        ),
      );
    return said;
  }
  const said = [
    words(row.title, box.x + pad, box.y + 0.95 * t, t, { ...left, isBold: true }),
    words(row.shape, box.x + pad, box.y + 2.15 * t, t, left),
  ];
  const shown = deep ? columns(row, t, box.width - pad) : [];
  shown.forEach(([who, lines], index) => {
    const x = box.x + pad + (index * (box.width - pad)) / shown.length;
    const all = who ? [who, ...lines] : lines;
    all.forEach((text, place) =>
      said.push(
        words(text, x, box.y + box.height - (deep - place - 0.2) * 1.2 * t, t, {
          ...left,
          isBold: Boolean(who) && !place,
        }),
      ),
    );
  });
  return said;
}

const deepest = (rows) =>
  Math.max(0, ...rows.flatMap((row) => row.filters.map(([who, lines]) => lines.length + (who ? 1 : 0))));

// What stands larger on a shelf only marks its place here.
const isGhost = (row, { parts: [part] }) => row.is_open && (!row.isDirect || Boolean(part.title));

function drawBand(line, band, { top, bottom, deep }) {
  const { t, m, cy, texts, isNarrow } = line;
  const { row, units } = band;
  const box = { x: band.x, y: top, width: band.width, height: bottom - top };
  line.groups.set(row.name, box);
  line.frames.append(
    element(
      "g",
      { class: "band", "data-stage": row.name },
      outline(box, "stage"),
      ...captions(row, box, t, { deep, isNarrow }),
    ),
  );
  if (row.can_open && (!row.is_open || row.isDirect))
    line.folds.append(fold(row.name, row.is_open, box.x + box.width, top + 3, t, texts, row.title));
  let x = box.x + (box.width - contentOf(band, m)) / 2;
  if (band.isBlocks) {
    let from = x + m.lead - m.sum;
    x += m.lead;
    line.parts.append(wire(box.x, from, cy));
    if (roleOf(units[0].parts[0], "add")) line.later.append(forkDot(from + m.offset, cy, m));
    else from = box.x;
    for (const unit of units) {
      const h = Math.max(line.scale * Math.sqrt(unit.parts[0].size[0]), 2.6 * t);
      from = drawBlock(line, unit, { x, from, w: unit.w, h, isGhost: isGhost(row, unit) });
      x += unit.w + beside(unit, m);
    }
    line.parts.append(wire(from + (roleOf(units.at(-1).parts[0], "add") ? m.sum : 0), box.x + box.width, cy));
  } else {
    line.parts.append(
      wire(
        row.name === "1" ? x + m.slim : box.x,
        row.name === "0" ? x + contentOf(band, m) - m.slim : box.x + box.width,
        cy,
      ),
    );
    for (const unit of units) {
      const [part] = unit.parts;
      const h = Math.min(Math.max(line.scale * Math.sqrt(part.size[0]), leastHeight(part, t)), line.tall);
      drawLayer(line, unit, x, m.slim, h);
      x += m.slim + m.apart;
    }
  }
}

const contentOf = (band, m) => band.fixed - 2 * m.pad + (band.isBlocks ? sum(band.units.map((unit) => unit.w)) : 0);

// The bands of one line, or of two where single blocks would not fit into one; nothing if they do not fit into two.
export function linesOf(rows, width, t) {
  const whole = arranged([rows], width, t, LONG_RUN);
  if (whole) return whole;
  const splits = rows.slice(1).map((_, index) => [rows.slice(0, index + 1), rows.slice(index + 1)]);
  for (const least of [LONG_RUN, 2]) {
    const found = splits.map((groups) => arranged(groups, width, t, least)).filter(Boolean);
    if (found.length) return found.sort((a, b) => slack(b) - slack(a))[0];
  }
  return null;
}

// How wide a line's boxes came out: where the lines are of one length, widest.
const slack = (lines) => sum(lines.flat().flatMap((band) => (band.isBlocks ? band.units.map((unit) => unit.w) : [])));

export function drawLines(scene, lines, { width, height, t }) {
  const each = (height - LINE_GAP * (lines.length - 1)) / lines.length;
  const deep = each >= 23 * t ? deepest(lines.flat().map((band) => band.row)) : 0;
  const [above, below] = [2.9 * t, (1.2 * deep + 0.5) * t];
  const tall = each - above - below;
  const scale = scaleOf(lines.flat(), tall, { t, m: measures(t) });
  lines.forEach((bands, number) => {
    const [{ m }] = bands;
    const top = number * (each + LINE_GAP);
    const line = { ...scene, t, m, tall, cy: top + above + tall / 2, scale, floor: top + each };
    const spare = (width - widthOfLine(bands)) / bands.length;
    for (const band of bands) band.width += spare;
    let x = 0;
    if (number) scene.parts.append(turn(width, line.cy - each - LINE_GAP, top - LINE_GAP / 2, line.cy, x));
    bands.forEach((band, index) => {
      band.x = x;
      if (index) scene.parts.append(wire(x - BETWEEN, x, line.cy, { isArrow: true }));
      drawBand(line, band, { top, bottom: top + each, deep });
      x += band.width + BETWEEN;
    });
  });
}

// Draws one stage in a line of its own, from `top` on; returns where it ends and at what height its signal flows.
export function drawStage(scene, row, { width, top, t, tall, rootOfSide }) {
  let size = t;
  let lines = arranged([[row]], width, size, 2);
  while (!lines && size > 8) lines = arranged([[row]], width, (size -= 1), 2);
  if (!lines) return { bottom: top, cy: top };
  const [[band]] = lines;
  const { m } = band;
  const scale = (tall - 2 * m.room) / rootOfSide;
  const needs = band.units.map(({ parts: [part] }) => {
    const drawn = scale * Math.sqrt(part.size[0]);
    return part.block
      ? Math.max(drawn, 2.6 * size) + 2 * m.room
      : Math.min(tall, Math.max(drawn, leastHeight(part, size)));
  });
  // Arcs need room above only: a stage that stands by itself is not centred.
  const [above, below] = [1.7 * t, row.filters.length ? 1.8 * t : 0.6 * t];
  const need = Math.max(...needs);
  const cy = top + above + need / 2;
  const bottom = cy + need / 2 + below - (band.isBlocks ? m.room : 0);
  Object.assign(band, { x: 0, width });
  drawBand({ ...scene, t: size, m, tall: need, cy, scale }, band, { top, bottom, deep: 0 });
  return { bottom, cy };
}
