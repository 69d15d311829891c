// How the whole network stands on lines: which blocks are stacked, how wide every box and band is. Nothing is drawn here.
// Sizes are in units of the picture; `t` is the size of the text.
import { widthOf } from "./marks.js";
import { beside, measures, nameOf, unitsOf } from "./units.js";

export const BETWEEN = 9; // two bands
const EASES = [1, 0.75, 0.5, 0.25, 0, -1]; // how much room there is, the most first
const LEAST_BOX = 1.3; // a block's box, in the size of the text
const LARGEST_BOX = 4.2;
const LONG_RUN = 7; // equal blocks that are stacked rather than set in two lines
const LARGEST_STEP = 1.1; // how much wider twice the channels may be, in the size of the text
export const COLUMN_GAP = 1.1; // between two columns of words, in the size of the text
const HALVINGS = 24; // of the search for the largest size that fits

/** Doublings from 1 to a number; none below 1. */
const log2 = (number) => Math.log2(Math.max(1, number));
/** The sum of numbers. */
const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
/** How wide the boxes of units are together. */
const boxWidths = (units) => sum(units.map((unit) => unit.w));
/** All units of lines that are blocks. */
const blockUnits = (lines) => lines.flat().flatMap((band) => (band.isBlocks ? band.units : []));

/** Returns how wide a unit's box must be to be read, `least` at least. */
const leastBox = (unit, t, least) =>
  Math.max(least, LEAST_BOX * t, unit.parts.length > 1 ? widthOf(nameOf(unit), t, true) + 12 : 0);

/** Returns how wide the columns of a band's words are: one for blocks that are alike, more where they differ. */
export function widthOfColumns(columns, t) {
  const widest = ([who, lines]) => Math.max(...[who, ...lines].map((text) => widthOf(text, t))) + COLUMN_GAP * t;
  return Math.max(...columns.map(widest)) * columns.length - COLUMN_GAP * t;
}

/** Returns the band of a row: what it needs beside its boxes, and the least it may be wide for its words; for all columns of
 *  them, or for one. */
function bandOf(row, stacked, { t, m, isWhole }) {
  const units = unitsOf(row, stacked);
  const isBlocks = Boolean(units[0]?.parts[0].block);
  const layers = units.length * m.slim + (units.length - 1) * m.apart;
  const fixed = isBlocks ? m.lead + sum(units.map((unit) => beside(unit, m))) : layers;
  const title = widthOf(row.title, t, true) + (row.can_open ? 1.8 * t + 6 : 0);
  const filters = row.filters.length ? widthOfColumns(isWhole ? row.filters : row.filters.slice(-1), t) : 0;
  const least = Math.max(title, widthOf(row.shape, t), filters) + 2 * m.pad;
  return { row, units, isBlocks, m, fixed: fixed + 2 * m.pad, least };
}

/** Returns how wide what stands in a band is. */
export const contentOf = (band, m) => band.fixed - 2 * m.pad + (band.isBlocks ? boxWidths(band.units) : 0);

/** Returns how wide the bands of a line are together. */
export const widthOfLine = (bands) => sum(bands.map((band) => band.width)) + BETWEEN * (bands.length - 1);

/** Returns the largest share between 0 and 1 that fits. */
function largest(fits) {
  let [low, high] = [0, 1];
  for (let turn = 0; turn < HALVINGS; turn += 1) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Sets the widths of all boxes for lines of that width, by one rule for all of them; returns whether they fit. */
function spread(lines, width, t, leastWidth) {
  const blocks = blockUnits(lines);
  const channels = (unit) => log2(unit.parts[0].size[1]);
  const base = Math.min(...blocks.map(channels));
  const rule = blocks.map((unit) => ({ unit, least: leastBox(unit, t, leastWidth), steps: channels(unit) - base }));
  const fits = (step, extra) => {
    for (const { unit, least, steps } of rule) unit.w = least + extra + step * steps;
    for (const band of lines.flat()) {
      band.width = Math.max(band.least, band.fixed + (band.isBlocks ? boxWidths(band.units) : 0));
    }
    return lines.every((bands) => widthOfLine(bands) <= width);
  };
  if (!fits(0, 0)) return false;
  const step = largest((part) => fits(part * LARGEST_STEP * t, 0)) * LARGEST_STEP * t;
  const most = (LARGEST_BOX - LEAST_BOX) * t;
  fits(step, largest((part) => fits(step, part * most)) * most);
  return true;
}

/** Returns how many closed blocks each run of equal ones has, by "stage.run". */
function runsOf(rows) {
  const runs = new Map();
  for (const row of rows) {
    for (const part of row.parts) {
      const key = `${row.name}.${part.run}`;
      if (part.block && !part.title) runs.set(key, (runs.get(key) ?? 0) + 1);
    }
  }
  return runs;
}

/** Returns lines of bands with as much room as fits, closer together before a word is left out; null if nothing fits. */
function eased(groups, stacked, { width, t, leastWidth }) {
  for (const isWhole of [true, false]) {
    for (const ease of EASES) {
      const m = measures(t, ease);
      const lines = groups.map((rows) => rows.map((row) => bandOf(row, stacked, { t, m, isWhole })));
      if (spread(lines, width, t, leastWidth)) return lines;
    }
  }
  return null;
}

/** Returns lines of bands of that width, a line for each group of rows: the longest runs of equal blocks are stacked until
 *  they fit, those shorter than `least` never; no box is narrower than `leastWidth`. Null if they do not fit. */
export function arranged(groups, width, t, least, leastWidth = 0) {
  const stacked = new Set();
  const runs = runsOf(groups.flat());
  for (;;) {
    const lines = eased(groups, stacked, { width, t, leastWidth });
    if (lines) return lines;
    const left = [...runs].filter(([name]) => !stacked.has(name));
    const longest = Math.max(0, ...left.map(([, count]) => count));
    if (longest < least) return null;
    // Runs of about one length, as in the stages of a CIFAR network, look alike.
    for (const [name, count] of left) if (count >= Math.max(2, longest - 1)) stacked.add(name);
  }
}

/** Returns how wide a line's boxes came out: where the lines are of one length, widest. */
const slack = (lines) => boxWidths(blockUnits(lines));

/** Returns the bands of one line, or of two where single blocks would not fit into one; null if they do not fit into two, or
 *  not with boxes that are `leastWidth` wide. */
export function linesOf(rows, width, t, leastWidth = 0) {
  const whole = arranged([rows], width, t, LONG_RUN, leastWidth);
  if (whole) return whole;
  const splits = rows.slice(1).map((_, index) => [rows.slice(0, index + 1), rows.slice(index + 1)]);
  for (const least of [LONG_RUN, 2]) {
    const found = splits.map((groups) => arranged(groups, width, t, least, leastWidth)).filter(Boolean);
    if (found.length) return found.sort((a, b) => slack(b) - slack(a))[0];
  }
  return null;
}
