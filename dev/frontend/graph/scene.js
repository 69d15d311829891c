// What a picture is put together from: its layers of marks, and what is known of them.
import { svg } from "../shared/dom.js";
import { roleOf } from "./units.js";

/** Returns an empty scene. Marks go into `ties`, `frames`, `shelves`, `parts`, `later` (the dots where paths part) and
 *  `folds`, drawn in this order. `groups` holds where stages and blocks stand, `places` where blocks on shelves are marked
 *  elsewhere, `stands` which box stands for a hidden one, `flow` the way of the data. */
export function emptyScene(texts) {
  const layer = (name) => svg("g", { class: name });
  const [ties, frames, shelves, parts, later, folds] = ["ties", "frames", "shelves", "parts", "forks", "folds"].map(
    layer,
  );
  const known = { groups: new Map(), places: new Map(), stands: new Map(), edges: [], flow: [] };
  return { ties, frames, shelves, parts, later, folds, texts, ...known };
}

/** Returns a scene's marks as one picture. */
export function pictureOf({ ties, frames, shelves, parts, later, folds }) {
  const attributes = { xmlns: "http://www.w3.org/2000/svg", role: "group" };
  return svg("svg", attributes, ties, frames, shelves, parts, later, folds);
}

/** Returns the edges inside a folded block, as pairs of names; of one behind another, only its way through. */
function edgesInside(part, stands) {
  const [branch, side, add] = ["branch", "shortcut", "add"].map((role) => roleOf(part, role)?.name);
  if (stands.has(branch)) return [[part.entry, part.exit]];
  if (!add) return [[part.entry, branch]];
  const shortcut = side
    ? [
        [part.entry, side],
        [side, add],
      ]
    : [[part.entry, add]];
  return [[part.entry, branch], [branch, add], ...shortcut];
}

/** Returns the edges between all parts and inside of the folded ones; Graphviz names those of open blocks. */
export function edgesOf(rows, stands) {
  const parts = rows.flatMap((row) => row.parts);
  return parts.flatMap((part, index) => [
    ...(index ? [[parts[index - 1].exit, part.entry]] : []),
    ...(part.block && !part.title ? edgesInside(part, stands) : []),
  ]);
}
