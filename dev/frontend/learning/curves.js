// Points of curves, [[step, mean, value], ...], the mean of the last few values, and numbers on their axes.

/** Returns a share in percent, as on the axes and beside the networks; never 100 while it is less. */
export function percent(share) {
  let text = (100 * share).toFixed(0);
  if (text === "100" && share < 1) text = Math.min(99.9, 100 * share).toFixed(1);
  return `${text}\u00a0%`;
}

/** Returns a number that is no share, in two digits. */
export const figure = (value) => (value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2))));

/** Returns the points of a curve up to a step as [step, value], the last piece cut where the step is; `column` is 1
 *  for the means, 2 for the values. */
export function upTo(points, at, column) {
  const found = points.filter(([step]) => step <= at).map((point) => [point[0], point[column]]);
  const next = points[found.length];
  if (!next || !found.length) return found;
  const [before, old] = found.at(-1);
  const share = (at - before) / (next[0] - before);
  return share > 0 ? [...found, [at, old + share * (next[column] - old)]] : found;
}
