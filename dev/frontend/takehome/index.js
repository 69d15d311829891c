// A view taken home: the picture folds, the maps sort, hover and enlarge, the table sorts; no server, no network.
// globalThis.TAKEHOME: { picture, groups, layers, texts, styles, maps } as viz/takehome.py makes it.
import drawGraph from "../graph/index.js";
import { Explorer } from "../maps/explorer.js";

const { picture, groups, layers, texts, maps, styles } = globalThis.TAKEHOME;

// Each component under a roof of its own, as on the pages: their styles do not meet.
function roof(id, style) {
  const root = document.getElementById(id).attachShadow({ mode: "open" });
  root.append(Object.assign(document.createElement("style"), { textContent: style }));
  return root;
}

const pictureRoot = roof("picture", styles.graph);
const [folded, stages, whole] = picture.drawings;
const opened = new Set(picture.opened);
let selected = picture.selected;

// Every row as it is folded just now: an open stage shows its blocks, each folded or open.
function rowsNow() {
  return folded.rows.map((row, index) => {
    if (!opened.has(row.name)) return row;
    const open = whole.rows[index].parts;
    const parts = stages.rows[index].parts.map((part) =>
      opened.has(part.name) ? (open.find((other) => other.name === part.name) ?? part) : part,
    );
    return { ...stages.rows[index], parts };
  });
}

const stageOf = (name) => name.replace(/[a-z]+$/, "");
const isBlock = (name) => whole.rows.some((row) => row.parts.some((part) => part.block === name));

// The stage and the block of what is chosen, a layer or a block; "" for no block.
const placeOf = (name) => (isBlock(name) ? [stageOf(name), name] : groups[name]);

// What stands for it in the picture: the layer itself, or the block that is closed around it.
function drawnNow(name) {
  const [, block] = placeOf(name);
  return block && !opened.has(block) ? block : name;
}

const membersNow = (name) => whole.members[name] ?? stages.members[name] ?? folded.members[name] ?? [];

function toggle(group) {
  const stage = stageOf(group);
  if (!opened.has(group)) opened.add(stage).add(group);
  else
    for (const name of [...opened])
      if (name === group || (group === stage && stageOf(name) === stage)) opened.delete(name);
}

function take(event) {
  if (event.kind === "toggle") toggle(event.id);
  else if (event.kind === "seek") choose(event.id);
  else if (["pick", "open", "close"].includes(event.kind)) {
    const chosen = isBlock(event.id) ? event.id : membersNow(event.id).at(-1);
    if (!chosen) return;
    selected = chosen;
    const [stage, block] = placeOf(selected);
    const next =
      event.kind === "open"
        ? !opened.has(block) && block
        : event.kind === "close" && [block, stage].find((name) => opened.has(name));
    if (next) toggle(next);
  }
  draw();
}

function choose(name) {
  if (!groups[name] && !isBlock(name)) return;
  selected = name;
  if (!isBlock(name)) for (const group of groups[name]) if (group) opened.add(group);
  draw();
}

function draw() {
  const cards = { ...folded.cards, ...stages.cards, ...whole.cards };
  const [stage, block] = placeOf(selected);
  const crumbs = [
    { label: texts.network, group: "" },
    { label: texts.stages[stage], group: stage },
  ];
  if (block) crumbs.push({ label: `${texts.block} ${block}`, group: block });
  if (selected !== block) crumbs.push({ label: selected, group: `=${selected}` });
  drawGraph({
    data: { ...picture.data, rows: rowsNow(), cards, crumbs, selected: drawnNow(selected) },
    parentElement: pictureRoot,
    setTriggerValue: (_name, event) => take(event),
  });
  for (const row of document.querySelectorAll("#layers tbody tr"))
    row.classList.toggle("selected", row.dataset.layer === selected);
}

// The table: a click on a head sorts, on a row finds the layer in the picture.
const table = document.getElementById("layers");
let sorting = { column: -1, down: false };

function fill(rows) {
  table.tBodies[0].replaceChildren(
    ...rows.map((row) => {
      const line = document.createElement("tr");
      line.dataset.layer = row[0];
      line.append(
        ...row.map((value) =>
          Object.assign(document.createElement("td"), {
            textContent: typeof value === "number" ? value.toLocaleString(texts.locale) : value,
          }),
        ),
      );
      line.addEventListener("click", () => choose(row[0]));
      return line;
    }),
  );
}

texts.columns.forEach((name, column) => {
  const head = document.createElement("th");
  const button = Object.assign(document.createElement("button"), { textContent: name });
  button.addEventListener("click", () => {
    sorting = { column, down: sorting.column === column ? !sorting.down : typeof layers[0][column] === "number" };
    const order = sorting.down ? -1 : 1;
    fill(
      [...layers].sort(
        (a, b) =>
          order *
          (typeof a[column] === "number" ? a[column] - b[column] : String(a[column]).localeCompare(String(b[column]))),
      ),
    );
    table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
    draw();
  });
  head.append(button);
  table.tHead.rows[0].append(head);
});

fill(layers);
draw();
new Explorer(roof("maps", styles.maps)).show(maps, () => {});
document.documentElement.dataset.ready = "1";
