// A view taken home: the picture folds, the maps sort, hover and enlarge, the table sorts; no server, no network.
// globalThis.TAKEHOME: { picture, groups, layers, texts, styles, maps } as viz/takehome.py makes it.
import { Picture } from "../graph/picture.js";
import { Explorer } from "../maps/explorer.js";
import { component } from "../shared/component.js";
import { html } from "../shared/dom.js";
import { Folding } from "./folding.js";
import { Table } from "./table.js";

const { picture, groups, layers, texts, maps, styles } = globalThis.TAKEHOME;

/** Returns a root for a component, under a roof of its own, as on the pages: their styles do not meet. */
function roof(id, style) {
  const root = document.getElementById(id).attachShadow({ mode: "open" });
  root.append(html("style", "", style));
  return root;
}

const drawGraph = component(Picture, (data) => data);
const pictureRoot = roof("picture", styles.graph);
const folding = new Folding(picture, groups);
const table = new Table(document.getElementById("layers"), layers, texts, choose);

/** Does what the server does on the pages: opens, folds, selects. */
function take({ kind, id }) {
  if (kind === "toggle") folding.toggle(id);
  else if (kind === "seek") folding.choose(id);
  else if (["pick", "open", "close"].includes(kind) && !folding.pick(kind, id)) return;
  draw();
}

/** Selects a layer of the table. */
function choose(name) {
  if (folding.choose(name)) draw();
}

/** Returns the trail to what is selected. */
function crumbsTo(selected) {
  const [stage, block] = folding.placeOf(selected);
  const crumbs = [
    { label: texts.network, group: "" },
    { label: texts.stages[stage], group: stage },
  ];
  if (block) crumbs.push({ label: `${texts.block} ${block}`, group: block });
  if (selected !== block) crumbs.push({ label: selected, group: `=${selected}` });
  return crumbs;
}

/** Draws the picture as it is folded now, and marks the table's row. */
function draw() {
  const { rows, cards, selected } = folding;
  const crumbs = crumbsTo(selected);
  drawGraph({
    data: { ...picture.data, rows, cards, crumbs, selected: folding.drawn(selected) },
    parentElement: pictureRoot,
    setTriggerValue: (_name, event) => take(event),
  });
  table.mark(selected);
}

draw();
new Explorer(roof("maps", styles.maps)).show(maps, () => {});
document.documentElement.dataset.ready = "1";
