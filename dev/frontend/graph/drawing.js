// The picture as it is drawn now: of which parts, for which frame, and the things in it.

import { isPhone } from "../shared/screen.js";
import { compose, isDown } from "./compose.js";
import { layout } from "./engine.js";
import { center } from "./laid.js";
import { label, paint } from "./paint.js";
import { Things } from "./things.js";

const SAME_PX = 2; // frames that differ by no more are of one size

/** The open blocks of all rows. */
const openBlocks = (rows) => rows.flatMap((row) => row.parts.filter((part) => part.title));

/** Returns the names of all stages and blocks that are open. */
const openGroups = (rows) =>
  rows.flatMap((row) => [...(row.is_open ? [row.name] : []), ...openBlocks([row]).map((part) => part.name)]);

/** Returns what tells a picture of this data, in a frame of this size, from others. */
export const keyOf = ({ headers, rows }, size) => JSON.stringify([headers, rows, isDown(size)]);

/** Resolves to Graphviz's drawings of the open blocks, SVG texts by name; at once where none is open. */
export function layOut({ headers, rows }, size) {
  const open = openBlocks(rows);
  if (!open.length) return new Map();
  const dots = open.map((part) => `${headers[isDown(size) ? "TB" : "LR"]}${part.body}}`);
  return layout(dots).then((svgs) => new Map(open.map((part, index) => [part.name, svgs[index]])));
}

export class Drawing {
  key = null; // of what is drawn; null before the first picture, and after one that failed
  opened = new Set(); // names of stages and blocks

  /** Takes over what was laid out and the rows it belongs to, together: a drawing for another frame needs both. */
  take(key, rows, laid) {
    Object.assign(this, { key, rows, laid, opened: new Set(openGroups(rows)) });
  }

  /** Draws for a frame of this size, as `Frame.size` gives it; `data` says what the boxes are called. */
  compose({ texts, layers, cards }, size) {
    this.size = size;
    this.painted = "";
    const composed = compose(this.rows, this.laid, size, texts);
    Object.assign(this, composed, { things: new Things(composed, this.rows, layers) });
    label(this.things, cards);
  }

  /** Sets what only a drawing on the page can be measured for. */
  measure() {
    for (const node of this.svg.querySelectorAll("g.laid g.node")) center(node);
  }

  /** Whether a frame has another size than the one it was drawn for. */
  isFor(size) {
    const isWide = Math.abs(size.width - this.size.width) <= SAME_PX;
    const isTall = isPhone() || Math.abs(size.height - this.size.height) <= SAME_PX;
    return isWide && isTall && size.isProjected === this.size.isProjected;
  }

  /** Whether the boxes of an open block stand the other way in a frame of this size. */
  isTurned(size) {
    return isDown(size) !== isDown(this.size);
  }

  /** Colours the boxes by { id: [fill, ink] }, or as their kind has it. */
  paint(fills) {
    const key = JSON.stringify(fills) + this.key;
    if (key === this.painted) return;
    this.painted = key;
    paint(this.things.nodes, fills);
  }
}
