// Puts the picture together for a frame: the whole network, and beneath its place what is open. Sizes are in units of the
// picture, of which one is a CSS px when all of it is shown; `t` is the size of the text.
import { svg } from "../shared/dom.js";
import { linesOf } from "./arrange.js";
import { drawLines, drawStage, holdsUpright } from "./overview.js";
import { edgesOf, emptyScene, pictureOf } from "./scene.js";
import { blockShelf, stageShelf } from "./shelf.js";

const MARGIN = 6;
const GAP = 16; // between shelves, where they are tied
const LEAST_LINE = 12; // the whole network's least height, in the size of the text
const TIGHT_LINE = 10.2; // the same where not all would be seen otherwise: boxes and arcs touch the words above them
const WIDTH_OF_F = 2.15; // of a box with F(x) level, in the size of the text
const WIDER = [1.15, 1.3, 1.45]; // than its frame
const ROUNDING = 1e-6; // of a scale
const NARROW = 560; // a picture narrower than this is a phone's: it goes down
const TALL_STAGE = 12; // a stage's largest box there, in the size of the text
const NEAR = 120; // from what is opened to its shelf, for a tie to be drawn

/** Returns the size of the text: what a projector needs, else what a frame of that width can bear. */
export const sizeOfText = (width, isProjected) => (isProjected ? 18 : Math.min(16, Math.max(12, width / 84)));

/** Whether the picture goes down in a frame of this size, not from left to right. */
export const isDown = ({ width }) => width - 2 * MARGIN < NARROW;

/** The open blocks of a row. */
const openBlocks = (row) => row.parts.filter((part) => part.title);

/** Returns the shelves of a stage: its blocks, unless it is direct, and each block that is open. */
function shelvesOf(row, laid, look) {
  if (!row.is_open) return [];
  const stage = row.isDirect ? [] : [stageShelf(row, look)];
  return [...stage, ...openBlocks(row).map((part) => blockShelf(part, laid.get(part.name), look))];
}

/** Draws what leads from where something is small to where it stands large, `width` wide at the height y. */
function tie(scene, { left, right, bottom }, y, width) {
  const points = `${left},${bottom} ${right},${bottom} ${width},${y} 0,${y}`;
  scene.ties.append(svg("polygon", { points, class: "tie", fill: "#0b5cad", "fill-opacity": 0.1 }));
}

/** Draws shelves one below the other; returns where the next one begins. `from` is where their stage stands small. */
function stack(scene, shelves, from, top, width) {
  let y = top;
  for (const [index, shelf] of shelves.entries()) {
    const place = scene.places.get(shelf.name) ?? from;
    // Past other shelves a tie would not be seen.
    if (place && y - place.bottom < NEAR && index < 2) tie(scene, place, y, width);
    shelf.draw(scene, y);
    y += shelf.height + GAP;
  }
  return y;
}

/** Returns the height of all shelves of [{ row, shelves }]. */
const heightOf = (open) => open.flatMap(({ shelves }) => shelves).reduce((sum, shelf) => sum + shelf.height + GAP, 0);

/** Draws the network from left to right, its shelves below; returns the height of all, or null where it does not fit. */
function composeWide(scene, rows, laid, { width, height, t }) {
  const lines = linesOf(rows, width, t);
  if (!lines) return null;
  const withShelves = () =>
    rows.map((row) => ({ row, shelves: shelvesOf(row, laid, { width, t }) })).filter(({ shelves }) => shelves.length);
  const ample = LEAST_LINE * t * lines.length;
  let open = withShelves();
  // Where the frame is too low for three storeys, an open block stands right beneath the whole network.
  if (heightOf(open) + ample > height) {
    for (const { row } of open) row.isDirect = openBlocks(row).length > 0;
    open = withShelves();
  }
  const line = Math.max(height - heightOf(open), TIGHT_LINE * t * lines.length);
  // Boxes too low for a name with F(x) upright below it are wide enough for both in two lines, if there is the room.
  const wide = !holdsUpright(line / lines.length, t) && linesOf(rows, width, t, WIDTH_OF_F * t);
  drawLines(scene, wide && wide.length === lines.length ? wide : lines, { width, height: line, t });
  const flow = scene.flow.splice(0); // data runs through the whole network, not over the shelves
  let y = line + GAP;
  for (const { row, shelves } of open) {
    const band = scene.groups.get(row.name);
    y = stack(scene, shelves, { left: band.x, right: band.x + band.width, bottom: band.y + band.height }, y, width);
  }
  scene.flow = flow;
  return y - GAP;
}

/** Draws the network downwards, a stage a line, one that is open in its place; returns the height of all. */
function composeNarrow(scene, rows, laid, { width, t }) {
  const blocks = rows.flatMap((row) => row.parts).filter((part) => part.block);
  const rootOfSide = Math.sqrt(Math.max(...blocks.map((part) => part.size[0])));
  let y = 0;
  for (const row of rows) {
    if (row.is_open) y = stack(scene, shelvesOf(row, laid, { width, t }), null, y, width) - GAP / 2;
    else y = drawStage(scene, row, { width, top: y, t, tall: TALL_STAGE * t, rootOfSide }) + GAP / 2;
  }
  return y - GAP / 2;
}

/** Returns a picture of that width: its scene, its rows and its height, null where it does not fit. */
function composed(draw, given, laid, place, texts) {
  const rows = given.map((row) => ({ ...row }));
  const scene = emptyScene(texts);
  return { scene, rows, width: place.width, height: draw(scene, rows, laid, place) };
}

/** Returns the network from left to right; what is higher than its frame will be shown smaller, so it may be wider too: as much
 *  as leaves it largest. */
function composeFitting(given, laid, place, texts) {
  let found = composed(composeWide, given, laid, place, texts);
  if (found.height === null) return null;
  const most = found.height / place.height;
  let scale = 1 / most;
  for (const share of [...WIDER.filter((own) => own < most), most]) {
    if (share <= 1) continue;
    const wider = { ...place, width: place.width * share, height: place.height * share };
    const other = composed(composeWide, given, laid, wider, texts);
    const own = Math.min(1 / share, place.height / other.height);
    if (own >= scale - ROUNDING) [found, scale] = [other, own];
  }
  return found;
}

/** Returns the picture for a frame of { width, height } CSS px: its svg, its bounds, where groups stand, the edges between
 *  drawn boxes, the way of the data and the size of the text. `laid` holds Graphviz's drawings of the open blocks by name. */
export function compose(given, laid, frame, texts) {
  const t = sizeOfText(frame.width, frame.isProjected);
  const place = { width: frame.width - 2 * MARGIN, height: frame.height - 2 * MARGIN, t };
  const { scene, rows, width, height } =
    (!isDown(frame) && composeFitting(given, laid, place, texts)) || composed(composeNarrow, given, laid, place, texts);
  const bounds = { x: -MARGIN, y: -MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  const edges = [...edgesOf(rows, scene.stands), ...scene.edges];
  return { svg: pictureOf(scene), bounds, groups: scene.groups, edges, flow: scene.flow, text: t };
}
