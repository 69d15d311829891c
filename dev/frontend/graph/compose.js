// Puts the picture together for a frame: the whole network, and beneath its place what is open.
import { element } from "./marks.js";
import { drawLines, drawStage, linesOf } from "./overview.js";
import { blockShelf, stageShelf } from "./shelf.js";

const MARGIN = 6;
const GAP = 16; // between shelves, where they are tied
const LEAST_LINE = 12; // the whole network's least height, in the size of the text
const NARROW_PX = 560;
const NEAR = 120; // from what is opened to its shelf

// The size of the text: what a projector needs, else what a frame of that width can bear.
export const sizeOfText = (width, isProjected) => (isProjected ? 18 : Math.min(16, Math.max(12, width / 84)));

function sceneOf(texts) {
  const group = (name) => element("g", { class: name });
  const made = {
    ties: group("ties"),
    frames: group("frames"),
    shelves: group("shelves"),
    parts: group("parts"),
    later: group("forks"),
    folds: group("folds"),
  };
  return { ...made, texts, groups: new Map(), places: new Map(), stands: new Map(), edges: [], flow: [] };
}

// Edges of folded parts; Graphviz names those of open blocks.
function edgesOf(rows, stands) {
  const edges = [];
  const parts = rows.flatMap((row) => row.parts);
  parts.forEach((part, index) => {
    if (index) edges.push([parts[index - 1].exit, part.entry]);
    if (!part.block || part.title) return;
    const [branch, side, add] = ["branch", "shortcut", "add"].map(
      (role) => part.boxes.find((box) => box.role === role)?.name,
    );
    if (stands.has(branch))
      edges.push([part.entry, part.exit]); // behind another block
    else if (!add) edges.push([part.entry, branch]);
    else
      edges.push(
        [part.entry, branch],
        [branch, add],
        ...(side
          ? [
              [part.entry, side],
              [side, add],
            ]
          : [[part.entry, add]]),
      );
  });
  return edges;
}

const openBlocks = (row) => row.parts.filter((part) => part.title);

const shelvesOf = (row, svgs, look) =>
  row.is_open
    ? [
        ...(row.isDirect ? [] : [stageShelf(row, look)]),
        ...openBlocks(row).map((part) => blockShelf(part, svgs.get(part.name), look)),
      ]
    : [];

// From what is opened in the line, or in its stage's shelf, to where it stands large.
function tie(scene, from, y, width) {
  const points = [
    [from.left, from.bottom],
    [from.right, from.bottom],
    [width, y],
    [0, y],
  ];
  scene.ties.append(
    element("polygon", {
      points: points.map((point) => point.join(",")).join(" "),
      class: "tie",
      fill: "#0b5cad",
      "fill-opacity": 0.1,
    }),
  );
}

const placeOf = ({ x, y, width, height }) => ({ left: x, right: x + width, bottom: y + height });

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

const heightOf = (open) => open.flatMap(({ shelves }) => shelves).reduce((sum, shelf) => sum + shelf.height + GAP, 0);

function composeWide(scene, given, svgs, { width, height, t }) {
  const look = { width, t, least: 0.6 };
  const shelved = (rows) =>
    rows.map((row) => ({ row, shelves: shelvesOf(row, svgs, look) })).filter(({ shelves }) => shelves.length);
  const lines = linesOf(given, width, t);
  if (!lines) return null;
  const least = LEAST_LINE * t * lines.length;
  let open = shelved(given);
  // Where the frame is too low for three storeys, an open block stands right beneath the whole network.
  if (heightOf(open) + least > height) {
    for (const { row } of open) row.isDirect = openBlocks(row).length > 0;
    open = shelved(given);
  }
  const line = Math.max(height - heightOf(open), least);
  drawLines(scene, lines, { width, height: line, t });
  const flow = scene.flow.splice(0);
  const bands = new Map(open.map(({ row }) => [row, placeOf(scene.groups.get(row.name))]));
  let y = line + GAP;
  for (const { row, shelves } of open) y = stack(scene, shelves, bands.get(row), y, width);
  scene.flow = flow;
  return y - GAP;
}

function composeNarrow(scene, rows, svgs, { width, t }) {
  const look = { width, t, least: 0.6 };
  const blocks = rows.flatMap((row) => row.parts).filter((part) => part.block);
  const rootOfSide = Math.sqrt(Math.max(...blocks.map((part) => part.size[0])));
  let y = 0;
  for (const row of rows) {
    // A stage that is open stands in its place.
    if (row.is_open) y = stack(scene, shelvesOf(row, svgs, look), null, y, width) - GAP / 2;
    else
      y = drawStage({ ...scene, isNarrow: true }, row, { width, top: y, t, tall: 12 * t, rootOfSide }).bottom + GAP / 2;
  }
  return y - GAP / 2;
}

// Returns the picture for a frame. `svgs` holds Graphviz's drawings of the open blocks by name.
export function compose(given, svgs, frame, texts) {
  const rows = given.map((row) => ({ ...row }));
  const t = sizeOfText(frame.width, frame.isProjected);
  const place = { width: frame.width - 2 * MARGIN, height: frame.height - 2 * MARGIN, t };
  let scene = sceneOf(texts);
  let height = place.width < NARROW_PX ? null : composeWide(scene, rows, svgs, place);
  if (height === null) {
    scene = sceneOf(texts);
    height = composeNarrow(scene, rows, svgs, place);
  }
  const svg = element("svg", { xmlns: "http://www.w3.org/2000/svg", role: "group" });
  svg.append(scene.ties, scene.frames, scene.shelves, scene.parts, scene.later, scene.folds);
  const bounds = { x: -MARGIN, y: -MARGIN, width: frame.width, height: height + 2 * MARGIN };
  const edges = [...edgesOf(rows, scene.stands), ...scene.edges];
  return { svg, bounds, groups: scene.groups, stands: scene.stands, edges, flow: scene.flow, text: t };
}
