// The chart of a run: axes that stand, curves up to a step, their names at their ends. Sizes are CSS px.
import { svg } from "../shared/dom.js";
import { figure, percent, upTo } from "./curves.js";

const ROOM = { left: 58, right: 18, top: 34, bottom: 42, text: 14, mark: 19 };
// Read from the last row.
const PROJECTED = { left: 76, right: 24, top: 44, bottom: 56, text: 18, mark: 24 };
const QUARTERS = [0, 0.25, 0.5, 0.75, 1];
const LEAST_NAME_X = 70; // from the axis: a name that ends there can be read
const END_PX = 5; // radius of the dot at a curve's end
const APART_PX = 9; // a curve's name from the middle of its dot

/** Returns where steps and values stand in a chart of that size. */
function axesOf({ x, y, is_tall }, width, height) {
  const room = is_tall ? PROJECTED : ROOM;
  const px = (step) => room.left + (step / x.last) * (width - room.left - room.right);
  const py = (value) => height - room.bottom - (Math.min(value, y.top) / y.top) * (height - room.top - room.bottom);
  return { room, px, py, width, height };
}

/** Returns a level line across the chart. */
const level = (name, { px, py }, last, value) =>
  svg("line", { class: name, x1: px(0), x2: px(last), y1: py(value), y2: py(value) });

/** Returns the grid and what stands on the axes. */
function drawAxes({ x, y }, axes) {
  const { room, px, py, height } = axes;
  const text = (value) => (y.is_share ? percent(value) : figure(value));
  const values = QUARTERS.map((share) => y.top * share);
  const rows = values.flatMap((value) => [
    level("grid", axes, x.last, value),
    svg("text", { class: "y", x: room.left - 8, y: py(value) + 5 }, text(value)),
  ]);
  const steps = [...new Set(QUARTERS.map((share) => Math.round(x.last * share)))];
  const columns = steps.map((step) =>
    svg("text", { class: "x", x: px(step), y: height - room.bottom + room.mark }, step.toLocaleString("en-US")),
  );
  const below = svg("text", { class: "title", x: px(x.last / 2), y: height - 4 }, x.title);
  const above = svg("text", { class: "over-axis", x: 8, y: room.text }, y.title);
  return [...rows, ...columns, below, above];
}

/** Returns one curve up to a step with its dot; where it ends, with its name, goes into `ends`. */
function drawCurve({ network, points, color, dash, title }, at, { px, py }, ends) {
  const place = ([step, value], i) => `${i ? "L" : "M"}${px(step).toFixed(1)} ${py(value).toFixed(1)}`;
  const path = (pairs) => pairs.map(place).join("");
  const shown = upTo(points, at, 1);
  const lines = [
    svg("path", { class: "faint", d: path(upTo(points, at, 2)), stroke: color }),
    svg("path", { class: "curve", d: path(shown), stroke: color, "stroke-dasharray": dash, "data-network": network }),
  ];
  if (!shown.length) return lines;
  const [step, value] = shown.at(-1);
  ends.push({ x: px(step), y: py(value), title });
  return [...lines, svg("circle", { class: "end", cx: px(step), cy: py(value), r: END_PX, fill: color })];
}

/** Returns the heights of the names of curves that end at heights y, in order: none lies over another or below the chart. */
export function nameHeights(ys, { top, mark }, floor) {
  const least = ys.length - 1;
  let last = -Infinity;
  return ys.map((y, i) => {
    last = Math.min(Math.max(top - 6, last + mark, y - 10), floor - (least - i) * mark);
    return last;
  });
}

/** Returns the names at the ends of the curves: ahead of them where there is room, else over them. */
function drawNames(ends, { room, width, height }) {
  ends.sort((one, two) => one.y - two.y);
  const ys = ends.map(({ y }) => y);
  const heights = nameHeights(ys, room, height - room.bottom - 4);
  return ends.map(({ x, title }, i) => {
    const isAhead = x + APART_PX + title.length * room.mark <= width - room.right;
    const at = isAhead ? x + APART_PX : Math.max(room.left + LEAST_NAME_X, x - APART_PX);
    return svg("text", { class: isAhead ? "name ahead" : "name", x: at, y: heights[i] }, title);
  });
}

/** Returns all parts of the chart up to a step, for a size in px. */
export function drawChart(data, at, width, height) {
  const { curves, x, guess } = data;
  const axes = axesOf(data, width, height);
  const hasGuess = guess && curves.length > 0;
  const line = hasGuess ? [level("guess", axes, x.last, guess.value)] : [];
  const ends = [];
  const lines = curves.flatMap((curve) => drawCurve(curve, at, axes, ends));
  const place = hasGuess && { x: axes.px(0) + 6, y: axes.py(guess.value) + 18 };
  const name = hasGuess ? [svg("text", { class: "guess-name", ...place }, guess.text)] : [];
  return [...drawAxes(data, axes), ...line, ...lines, ...drawNames(ends, axes), ...name];
}

/** Returns what a curve came to at a step: the height of its dot, beside its network; a space before there is one. */
export function resultOf({ points }, at, isShare) {
  const end = upTo(points, at, 1).at(-1);
  if (!end) return "\u00a0";
  return isShare ? percent(end[1]) : figure(end[1]);
}
