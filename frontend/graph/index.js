// The network picture: laid out by Graphviz in a worker, then selected, folded, walked and searched.
//
// data: { headers, rows, selected, label, layers, crumbs, cards, fills, legend, fileName, texts } (viz/dot.py, picture.py)
// trigger `did`: { kind: "pick" | "open" | "close" | "toggle" | "seek" | "color" | "undo" | "redo", id, mark }
import { Camera, isNarrow } from "./camera.js";
import { compose } from "./compose.js";
import { Flow } from "./flow.js";
import { center } from "./laid.js";
import { roomFor } from "./room.js";

const KEY_ZOOM = 1.25;
const NO_NUMBER = "#dfe1e5"; // a box's colour where colours are numbers and it has none
const SUM = "#ffffff"; // has never one
const LONGEST_ANSWER_MS = 3000;
const BARS_PX = 150; // on a phone: what stands above and below the picture
const LEAST_PX = 360; // height of the frame
const NARROW_PX = 560; // a picture so wide flows down
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const ROW_PT = 14; // farther apart in height, two boxes are not in one row
const ON_COURSE = 0.35; // cosine between an arrow key and an edge that follows it

// --- Graphviz, in its worker; a part that was laid out once is never laid out again ---

const svgs = new Map(); // DOT -> SVG text
const waiting = new Map();
let worker;
let asked = 0;

function engine() {
  if (!worker) {
    // Not a module: from a file on disk browsers start only classic workers.
      worker = new Worker(new URL(LAYOUT_FILE, import.meta.url));
    worker.onmessage = ({ data }) => {
      const { resolve, reject } = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.error) reject(new Error(data.error));
      else resolve(data.svgs);
    };
    worker.onerror = (event) => {
      for (const { reject } of waiting.values()) reject(new Error(event.message ?? "worker"));
      waiting.clear();
      worker = undefined; // the next picture tries again
    };
  }
  return worker;
}

setTimeout(engine, 1500); // loads once the page stands: folded pictures need no layout

async function layout(dots) {
  const missing = [...new Set(dots.filter((dot) => !svgs.has(dot)))];
  if (missing.length) {
    const id = (asked += 1);
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    engine().postMessage({ id, dots: missing });
    (await answer).forEach((svg, index) => svgs.set(missing[index], svg));
    while (svgs.size > 1500) svgs.delete(svgs.keys().next().value);
  }
  return dots.map((dot) => svgs.get(dot));
}

// What outlives a visit to another page: where the camera stood over which picture.
const kept = {};

const openGroups = (rows) =>
  rows.flatMap((row) => [...(row.is_open ? [row.name] : []), ...row.parts.filter((part) => part.title).map((part) => part.name)]);

// A projector's page has larger letters: its picture too.
const isProjected = () => parseFloat(getComputedStyle(document.documentElement).fontSize) > 18;

// What a screen reader says of a box: its words, or of a sum what it adds.
const nameOf = (node, card) => [...node.querySelectorAll("text")].map((text) => text.textContent).join(", ").replace(/^\+$/, () => `+ ${card?.[1] ?? ""}`);

class Picture {
  constructor(root, send) {
    this.root = root;
    this.send = send;
    const make = (name, tag = "div") => {
      const made = document.createElement(tag);
      made.className = name;
      return made;
    };
    this.frame = make("frame");
    this.bar = make("bar");
    this.view = make("view");
    this.tools = make("tools");
    this.legend = make("legend");
    this.card = make("card");
    this.card.hidden = true;
    const foot = make("foot");
    this.colors = make("colors", "select");
    this.colors.addEventListener("change", () => this.send("color", this.colors.value));
    foot.append(this.legend, this.tools);
    this.frame.append(this.bar, this.view, foot, this.card);
    root.append(this.frame);
    this.camera = new Camera(this.view);
    this.flow = new Flow();
    this.laid = new Map();
    this.pointers = new Map();
    this.nodes = new Map();
    this.listen();
  }

  // Exactly the height that is left in the window; on a phone, what the picture needs.
  stretch() {
    if (isNarrow()) return;
    const left = roomFor(this.frame, this.root);
    const height = `${Math.floor(Math.max(LEAST_PX, left))}px`;
    if (this.frame.style.height !== height) this.frame.style.height = height;
  }

  async show(data) {
    this.data = data;
    this.stretch();
    this.drawBar(data);
    this.drawTools(data.texts);
    this.drawColors(data);
    const isDown = this.frameNow().width < NARROW_PX;
    const wanted = JSON.stringify([data.headers, data.rows, isDown]);
    if (wanted !== this.drawn) {
      this.wanted = wanted;
      if (!this.drawn) this.view.textContent = data.texts.drawing;
      const open = data.rows.flatMap((row) => row.parts.filter((part) => part.title));
      if (open.length) {
        try {
          const laid = await layout(open.map((part) => `${data.headers[isDown ? "TB" : "LR"]}${part.body}}`));
          this.laid = new Map(open.map((part, index) => [part.name, laid[index]]));
        } catch (error) {
          this.view.textContent = `${data.texts.failed} ${error.message ?? error}`;
          return;
        }
        if (wanted !== this.wanted) return; // a newer picture was asked for meanwhile
      }
      const before = this.drawn && this.opened;
      this.opened = new Set(openGroups(data.rows));
      this.drawn = wanted;
      // Back from another page the camera stands where it stood, over the same lines.
      this.insert(!before && kept.picture === wanted && kept.box ? kept.composed : undefined);
      this.look(wanted, before);
      this.awaited = null;
      this.mark(this.data.selected);
    }
    this.svg?.setAttribute("aria-label", this.data.label);
    this.paint();
    // While a choice made here is on its way, answers to earlier ones must not move the selection back.
    if (this.awaited && this.awaited.id !== this.data.selected && performance.now() < this.awaited.until) return;
    const moved = this.data.selected !== this.selected;
    this.awaited = null;
    this.mark(this.data.selected);
    if (moved) this.camera.reveal(this.placeOf(this.selected));
  }

  frameNow() {
    const [width, height] = this.camera.size;
    return { width: width || 900, height: height || 480, isProjected: isProjected() };
  }

  // Draws the picture for the frame as it is now.
  insert(frame = this.frameNow()) {
    this.composed = frame;
    const focused = this.view.matches(":focus-within") && this.view.getRootNode().activeElement?.id;
    const made = compose(this.data.rows, this.laid, frame, this.data.texts);
    this.svg = made.svg;
    this.groups = made.groups;
    this.bounds = made.bounds;
    this.stands = made.stands;
    this.flow.over(made);
    this.nodes = new Map();
    for (const node of this.svg.querySelectorAll("g.node[id]")) {
      node.setAttribute("role", "button");
      node.setAttribute("tabindex", "-1");
      node.setAttribute("aria-label", nameOf(node, this.data.cards[node.id]));
      this.nodes.set(node.id, node);
    }
    this.join(made.edges);
    this.view.replaceChildren(this.svg);
    // On a phone the frame is as tall as the picture is, not as the screen.
    const tall = (this.view.clientWidth * made.bounds.height) / made.bounds.width + BARS_PX;
    if (isNarrow()) this.frame.style.height = `${Math.max(300, tall)}px`;
    this.camera.hold(this.svg, made.bounds);
    for (const node of this.svg.querySelectorAll("g.laid g.node")) center(node);
    // The keyboard goes on walking.
    if (focused) (this.nodes.get(focused) ?? this.nodes.get(this.data.selected))?.focus({ preventScroll: true });
  }

  // Where to look at a new picture: as before, at what was just opened, or at all of it.
  look(picture, before) {
    if (!before && kept.picture === picture && kept.box) {
      Object.assign(this.camera, { box: { ...kept.box }, isFitted: kept.isFitted });
      this.camera.apply();
    } else if (this.goal && this.nodes.has(this.goal)) {
      const { goal } = this;
      this.camera.box ??= { ...this.bounds };
      this.fly(() => this.placeOf(goal, 5));
    } else if (before) {
      const fresh = [...this.opened].filter((name) => !before.has(name));
      const mine = this.data.crumbs.map((crumb) => crumb.group).filter((name) => fresh.includes(name));
      const opened = this.toggled ?? mine.at(-1) ?? fresh.at(-1);
      const isFolded = [...before].some((name) => !this.opened.has(name));
      if (this.camera.isFitted && this.camera.isReadable) this.camera.fit(true);
      else if (this.groups.has(opened)) this.fly(() => this.groups.get(opened));
      else if (this.camera.isFitted || (isFolded && this.camera.isReadable)) this.camera.fit(true);
    } else {
      const shown = new Set([...this.opened, ...this.data.rows.map((row) => row.name)]);
      this.survey(this.data.crumbs.map((crumb) => crumb.group).filter((name) => shown.has(name)).at(-1));
    }
    this.goal = this.toggled = null;
    this.keep();
  }

  // Shows a place of the picture, in this setting of it and in the next.
  fly(find, isFlown = true) {
    this.find = find;
    this.camera.flyTo(find(), isFlown);
  }

  // All of the picture if that can be read, else the group we are in.
  survey(group) {
    this.camera.fit();
    if (this.camera.isReadable || !this.groups.has(group)) return;
    this.fly(() => (this.camera.isReadable ? null : this.groups.get(group)), true);
  }

  keep() {
    const box = this.camera.box && { ...this.camera.box };
    Object.assign(kept, { picture: this.drawn, composed: this.composed, box, isFitted: this.camera.isFitted });
  }

  // Edges between the nodes that can be chosen: x, where the roads part, only passes on.
  join(edges) {
    const out = new Map();
    for (const [tail, head] of edges) out.set(tail, [...(out.get(tail) ?? []), head]);
    const reached = (name) => (out.get(name) ?? []).flatMap((head) => (this.nodes.has(head) ? [head] : reached(head)));
    this.forward = new Map([...this.nodes.keys()].map((name) => [name, [...new Set(reached(name))]]));
    this.backward = new Map([...this.nodes.keys()].map((name) => [name, []]));
    for (const [tail, heads] of this.forward) for (const head of heads) this.backward.get(head).push(tail);
  }

  mark(drawn) {
    if (!this.nodes.size) return;
    const id = this.stands.get(drawn) ?? drawn; // the block that stands before it
    this.selected = this.nodes.has(id) ? id : this.nodes.keys().next().value;
    for (const [name, node] of this.nodes) {
      const on = name === id;
      node.classList.toggle("selected", on);
      node.setAttribute("aria-pressed", String(on));
      node.setAttribute("tabindex", name === this.selected ? "0" : "-1");
    }
  }

  pick(id, focus) {
    this.mark(id);
    if (focus) this.nodes.get(id)?.focus({ preventScroll: true });
    this.camera.reveal(this.placeOf(id));
    this.awaited = { id, until: performance.now() + LONGEST_ANSWER_MS };
    this.send("pick", id);
  }

  // Where a node lies, with `around` times its size about it.
  placeOf(id, around = 0) {
    const node = this.nodes.get(this.stands.get(id) ?? id);
    const box = node.getBBox();
    const { a, d, e, f } = node.parentNode.closest("g.parts").getCTM().inverse().multiply(node.getCTM());
    const [x, y, width, height] = [box.x * a + e, box.y * d + f, box.width * a, box.height * d];
    const [dx, dy] = [width * around * 0.5, height * around];
    return { x: x - dx, y: y - dy, width: width + 2 * dx, height: height + 2 * dy };
  }

  // --- colours by a number, and their legend ---

  paint() {
    const { fills, legend } = this.data;
    const key = JSON.stringify([fills, legend]) + this.drawn;
    if (key === this.painted || !this.nodes.size) return;
    this.painted = key;
    for (const [id, node] of this.nodes) {
      for (const shape of node.querySelectorAll(":scope > :is(path, polygon, ellipse)")) {
        shape.dataset.own ??= shape.getAttribute("fill");
        if (shape.dataset.own !== "none") shape.setAttribute("fill", fills?.[id]?.[0] ?? (fills && shape.dataset.own !== SUM ? NO_NUMBER : shape.dataset.own));
      }
      for (const text of node.querySelectorAll("text")) text.setAttribute("fill", fills?.[id]?.[1] ?? "#1a1a1a");
    }
    this.drawLegend(legend);
  }

  drawColors({ colors, color, texts }) {
    const key = JSON.stringify([colors, texts.colors]);
    if (key !== this.colorsKey) {
      this.colorsKey = key;
      this.colors.setAttribute("aria-label", texts.colors);
      this.colors.title = texts.colors;
      const option = ([value, textContent]) => Object.assign(document.createElement("option"), { value, textContent });
      this.colors.replaceChildren(...colors.map(option));
    }
    this.colors.value = color;
  }

  drawLegend(legend) {
    const pieces = [];
    const say = (text, name = "") => {
      const made = document.createElement("span");
      made.textContent = text;
      made.className = name;
      return made;
    };
    if (legend?.stops?.length) {
      const ramp = document.createElement("span");
      ramp.className = "ramp";
      ramp.style.background = `linear-gradient(to right, ${legend.stops.join(", ")})`;
      pieces.push(say(legend.title), say(legend.low), ramp, say(legend.high));
    }
    for (const { color, text, shape } of legend?.marks ?? []) {
      const dot = document.createElement("span");
      dot.className = `swatch ${shape}`;
      dot.style.setProperty("--mark", color);
      const mark = say("", "mark");
      mark.append(dot, text);
      pieces.push(mark);
    }
    if (legend?.size) pieces.push(say(legend.size));
    this.legend.replaceChildren(...pieces);
  }

  // --- events ---

  listen() {
    this.view.addEventListener("click", (event) => {
      const fold = event.target.closest?.("g.fold");
      const node = event.target.closest?.("g.node");
      if (fold) this.toggle(fold.dataset.group);
      else if (node && this.nodes.has(node.id) && !this.moved) this.pick(node.id, true);
    });
    this.view.addEventListener("dblclick", (event) => {
      const node = event.target.closest?.("g.node");
      if (node && this.nodes.has(node.id)) this.send("open", node.id);
    });
    this.view.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.camera.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), event.clientX, event.clientY);
        this.keep();
      },
      { passive: false },
    );
    this.view.addEventListener("pointerdown", (event) => {
      this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
      this.moved = false;
    });
    this.view.addEventListener("pointermove", (event) => (this.drag(event), this.hover(event)));
    for (const name of ["pointerup", "pointercancel", "pointerleave"])
      this.view.addEventListener(name, (event) => {
        this.pointers.delete(event.pointerId);
        if (name === "pointerleave") this.card.hidden = true;
      });
    this.view.addEventListener("keydown", (event) => this.key(event));
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.view);
    this.onSlash = (event) => {
      const typing = event.composedPath()[0]?.matches?.("input, textarea, select, [contenteditable=true]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || !this.root.isConnected) return;
      event.preventDefault();
      this.search?.focus();
    };
    document.addEventListener("keydown", this.onSlash);
    this.onWindow = () => this.stretch();
    window.addEventListener("resize", this.onWindow);
    this.timer = setInterval(() => this.root.isConnected && this.stretch(), 400); // what stands above may fold
  }

  leave() {
    this.observer.disconnect();
    document.removeEventListener("keydown", this.onSlash);
    window.removeEventListener("resize", this.onWindow);
    clearInterval(this.timer);
    this.keep();
  }

  resize() {
    const [width, height] = this.camera.size;
    if (!this.svg || !width || !height) return;
    if (this.camera.isFitted) this.fit();
    else if (this.camera.place && this.find) {
      this.reset();
      const place = this.find();
      if (place) this.camera.flyTo(place, false);
      else this.camera.fit();
    } else this.camera.resize();
  }

  // Draws the picture anew if the frame has another size by now: the style sheet came late, a message made room for
  // itself, a phone was turned. Returns whether it has.
  reset() {
    const [now, then] = [this.frameNow(), this.composed];
    const isOther = Math.abs(now.width - then.width) > 2 || (!isNarrow() && Math.abs(now.height - then.height) > 2) || now.isProjected !== then.isProjected;
    if (isOther && now.width < NARROW_PX !== then.width < NARROW_PX) void this.show(this.data);
    if (isOther) {
      this.insert();
      this.mark(this.data.selected);
      this.painted = "";
      this.paint();
    }
    return isOther;
  }

  // Shows all of the picture.
  fit(isFlown = false) {
    const isOther = this.reset();
    this.camera.fit(isFlown && !isOther);
  }

  toggle(group) {
    this.toggled = group;
    this.send("toggle", group);
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before || !this.camera.box) return;
    const now = [event.clientX, event.clientY];
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const reach = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]);
      if (reach(before) > 0) this.camera.zoom(reach(now) / reach(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      this.moved = true;
    } else if (!this.camera.isFitted || event.pointerType === "mouse") {
      if (!this.moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return; // a click with a shaky hand
      this.moved = true;
      this.camera.pan(now[0] - before[0], now[1] - before[1]);
    }
    this.pointers.set(event.pointerId, now);
    this.keep();
  }

  hover(event) {
    const node = event.pointerType === "mouse" && !this.pointers.size && event.target.closest?.("g.node");
    const lines = node && this.data.cards[node.id];
    this.card.hidden = !lines;
    if (!lines) return;
    const [title, ...rest] = lines;
    const head = document.createElement("strong");
    head.textContent = title;
    this.card.replaceChildren(head, ...rest.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
    const frame = this.frame.getBoundingClientRect();
    const x = Math.min(event.clientX - frame.left + 14, frame.width - this.card.offsetWidth - 4);
    const below = event.clientY - frame.top + 18;
    const y = below + this.card.offsetHeight > frame.height ? below - this.card.offsetHeight - 30 : below;
    this.card.style.transform = `translate(${x}px, ${y}px)`;
  }

  key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      this.send(event.shiftKey ? "redo" : "undo", "");
      event.preventDefault();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !this.nodes.size) return;
    const direction = ARROWS[event.key];
    if (direction) this.walk(event.key, direction);
    else if (event.key === "Enter" || event.key === " ") this.send("open", this.selected);
    else if (event.key === "Escape" || event.key === "Backspace") this.send("close", this.selected);
    else if (event.key === "+" || event.key === "=") this.camera.zoom(KEY_ZOOM);
    else if (event.key === "-") this.camera.zoom(1 / KEY_ZOOM);
    else if (event.key === "0") this.fit(true);
    else return;
    this.keep();
    event.preventDefault();
    event.stopPropagation();
  }

  // On (right, down) or back along an edge that leads that way, else to the nearest node there, else along any edge.
  walk(key, [dx, dy]) {
    const middle = (id) => {
      const place = this.placeOf(id);
      return [place.x + place.width / 2, place.y + place.height / 2];
    };
    const here = middle(this.selected);
    const edges = (key === "ArrowRight" || key === "ArrowDown" ? this.forward : this.backward).get(this.selected);
    let best = null;
    for (const id of edges) {
      const [x, y] = middle(id);
      const [vx, vy] = [x - here[0], y - here[1]];
      const cosine = (vx * dx + vy * dy) / (Math.hypot(vx, vy) || 1);
      if (cosine >= ON_COURSE && (!best || cosine > best.score)) best = { id, score: cosine };
    }
    if (!best) {
      for (const id of this.nodes.keys()) {
        const [x, y] = middle(id);
        const ahead = (x - here[0]) * dx + (y - here[1]) * dy;
        const aside = Math.abs((x - here[0]) * dy) + Math.abs((y - here[1]) * dx);
        const cost = ahead + 2 * aside;
        // Rows are wide: a step down may go far aside, a step along the row stays in it.
        if (ahead > 4 && aside < (dx ? ROW_PT : 3 * ahead) && (!best || cost < best.cost)) best = { id, cost };
      }
    }
    const id = best?.id ?? edges[0];
    if (id) this.pick(id, true);
  }

  // --- the bar above the picture: where we are, and the search ---

  drawBar({ crumbs, layers, texts }) {
    const key = JSON.stringify([crumbs, texts, layers.length, layers[layers.length - 1]]);
    if (key === this.barKey) return;
    this.barKey = key;
    if (!this.search) {
      this.trail = document.createElement("nav");
      this.search = document.createElement("input");
      this.search.type = "search";
      this.choices = document.createElement("datalist");
      this.choices.id = "layers";
      this.search.setAttribute("list", "layers");
      this.search.addEventListener("change", () => this.seek(this.search.value));
      this.search.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.key === "Escape") this.nodes.get(this.selected)?.focus({ preventScroll: true });
      });
      this.bar.append(this.trail, this.colors, this.search, this.choices);
    }
    this.trail.setAttribute("aria-label", texts.trail);
    this.search.placeholder = texts.search;
    this.search.setAttribute("aria-label", texts.search);
    this.choices.replaceChildren(...layers.map((id) => Object.assign(document.createElement("option"), { value: id })));
    const steps = crumbs.map(({ label, group }, index) => {
      const step = document.createElement("button");
      step.type = "button";
      step.textContent = label;
      if (index === crumbs.length - 1) step.setAttribute("aria-current", "true");
      step.addEventListener("click", () => this.visit(group));
      return step;
    });
    this.trail.replaceChildren(...steps);
  }

  // Shows a group from the trail; "" is the whole network, the node itself comes as its name after "=".
  visit(group) {
    if (group === "") this.fit(true);
    else if (group.startsWith("=")) {
      if (this.nodes.has(this.selected)) this.fly(() => this.placeOf(this.selected, 5));
    } else if (this.groups.has(group)) this.fly(() => this.groups.get(group));
    else this.toggle(group);
    this.keep();
  }

  seek(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return;
    const { layers } = this.data;
    const found = layers.find((id) => id.toLowerCase() === wanted) ?? layers.find((id) => id.toLowerCase().includes(wanted));
    this.search.setCustomValidity(found ? "" : this.data.texts.nothing);
    this.search.reportValidity();
    if (!found) return;
    this.search.value = "";
    if (this.nodes.has(found)) {
      this.pick(found, true);
      this.fly(() => this.placeOf(found, 5));
    } else {
      this.goal = found;
      this.send("seek", found);
    }
  }

  // --- tools in the corner ---

  drawTools(texts) {
    const key = JSON.stringify(texts);
    if (key === this.toolsKey) return;
    this.toolsKey = key;
    const button = (label, title, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = label;
      made.title = title;
      made.setAttribute("aria-label", title);
      made.addEventListener("click", () => (act(), this.keep()));
      return made;
    };
    this.tools.replaceChildren(
      button("+", texts.zoomIn, () => this.camera.zoom(KEY_ZOOM)),
      button("−", texts.zoomOut, () => this.camera.zoom(1 / KEY_ZOOM)),
      button("⤢", texts.fit, () => this.fit(true)),
      Object.assign(button(`▶ ${texts.data}`, texts.dataHint, () => (this.fit(), this.flow.run())), { className: "data" }),
      button("SVG", texts.svg, () => this.save("svg")),
      button("PNG", texts.png, () => this.save("png")),
    );
  }

  async save(kind) {
    // What is saved is the whole picture at its own size, in its own colours, without the buttons.
    const { x, y, width, height } = this.bounds;
    const copy = this.svg.cloneNode(true);
    copy.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    copy.setAttribute("width", `${width}pt`);
    copy.setAttribute("height", `${height}pt`);
    for (const gone of copy.querySelectorAll("g.folds, g.flow, .reach")) gone.remove();
    const svg = new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
    const blob = kind === "svg" ? svg : await this.raster(svg);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${this.data.fileName}.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  async raster(svg) {
    const image = new Image();
    image.src = URL.createObjectURL(svg);
    await image.decode();
    const canvas = document.createElement("canvas");
    // A slide at full size, within what browsers draw.
    const scale = Math.min(3, 12_000 / this.bounds.width, 12_000 / this.bounds.height);
    canvas.width = this.bounds.width * scale;
    canvas.height = this.bounds.height * scale;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
}

const pictures = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let picture = pictures.get(parentElement);
  if (!picture) {
    picture = new Picture(parentElement, () => {});
    pictures.set(parentElement, picture);
  }
  // Under fast clicks Streamlit delivers one event several times: each has a mark that the server has seen or not.
  picture.send = (kind, id) => setTriggerValue("did", { kind, id, mark: `${performance.now()}-${Math.random()}` });
  picture.show(data);
  return () => {
    // Streamlit cleans up before every new call too: only a picture that is gone is left.
    picture.keep();
    setTimeout(() => parentElement.isConnected || (picture.leave(), pictures.delete(parentElement)), 1000);
  };
}
