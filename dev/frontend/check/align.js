// Which layer of one graph stands beside which of the other: rows, in the order of computation.

const NEAR = 1; // rows about a difference that stay in a long graph
const LONG = 15; // rows: more than that, and what is alike is folded

/** Returns the longest common subsequence's table of two lists of ids. */
function table(left, right) {
  const lengths = left.map(() => new Uint16Array(right.length + 1)).concat([new Uint16Array(right.length + 1)]);
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      lengths[i][j] = left[i] === right[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
  return lengths;
}

/** Returns [{ theirs, ours }], a node or null on each side; the same id stands in one row where the order allows it. */
export function aligned(theirs, ours) {
  const [left, right] = [theirs.map((node) => node.id), ours.map((node) => node.id)];
  const lengths = table(left, right);
  const rows = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const isSame = i < left.length && j < right.length && left[i] === right[j];
    const isTheirs = j === right.length || (i < left.length && lengths[i + 1][j] >= lengths[i][j + 1]);
    const takes = isSame ? [1, 1] : isTheirs ? [1, 0] : [0, 1];
    rows.push({ theirs: takes[0] ? theirs[i] : null, ours: takes[1] ? ours[j] : null });
    i += takes[0];
    j += takes[1];
  }
  return rows;
}

/** Whether a row shows a difference. */
export const differs = ({ theirs, ours }) => Boolean(theirs?.status || ours?.status);

/** Returns the rows of a long graph with those folded, { folded: rows }, that are far from any difference. */
export function foldedRows(rows) {
  if (rows.length <= LONG || !rows.some(differs)) return rows;
  const stays = rows.map(
    (_row, at) => at === 0 || at === rows.length - 1 || rows.slice(Math.max(0, at - NEAR), at + NEAR + 1).some(differs),
  );
  const made = [];
  for (const [at, row] of rows.entries()) {
    const last = made.at(-1);
    if (stays[at]) made.push(row);
    else if (last?.folded) last.folded.push(row);
    else made.push({ folded: [row] });
  }
  return made.flatMap((row) => (row.folded?.length === 1 ? row.folded : [row]));
}

/** Returns { main, side }: the rows of both graphs' main paths, and those of what stands on the shortcut; `side` begins
 *  beside the row `from` of the main path. */
export function rowsOf({ theirs, ours }) {
  const isSide = (node) => node.path === "shortcut" && node.kind !== "add";
  const split = (graph, wanted) => graph.nodes.filter((node) => isSide(node) === wanted);
  const main = foldedRows(aligned(split(theirs, false), split(ours, false)));
  const side = aligned(split(theirs, true), split(ours, true));
  const sum = main.findIndex((row) => [row.ours, row.theirs].some((node) => node?.kind === "add"));
  const end = sum < 0 ? main.length : sum;
  return { main, side, from: Math.max(1, Math.floor((end - side.length) / 2) + 1) };
}
