// The network picture: laid out where it is open, then selected, folded, walked and searched.
//
// data: { headers, rows, selected, label, layers, crumbs, cards, fills, legend, fileName, texts } (viz/dot.py, picture.py);
// `selected` is a block's name or a drawn node's
// trigger `did`: { kind: "pick" | "open" | "close" | "toggle" | "seek" | "color", id, mark }
import { Camera, isNarrow } from "./camera.js";
import { compose } from "./compose.js";
import { engine, layout } from "./engine.js";
import { Find } from "./find.js";
import { Flow } from "./flow.js";
import { center } from "./laid.js";
import { Legend } from "./legend.js";
import { label, paint } from "./paint.js";
import { Pointer } from "./pointer.js";
import { roomFor } from "./room.js";
import { save } from "./save.js";
import { isArrow, step } from "./steps.js";
import { Things } from "./things.js";
import { Tools } from "./tools.js";
import { Trail } from "./trail.js";

const KEY_ZOOM = 1.25;
const LONGEST_ANSWER_MS = 3000;
const LEAST_PX = 360; // height of the frame
const NARROW_PX = 560; // a picture so wide flows down
const AROUND = 5; // times its size about a layer that is shown by itself

setTimeout(engine, 1500); // loads once the page stands: folded pictures need no layout

// What outlives a visit to another page: where the camera stood over which picture.
const kept = {};

const openGroups = (rows) =>
  rows.flatMap((row) => [
    ...(row.is_open ? [row.name] : []),
    ...row.parts.filter((part) => part.title).map((part) => part.name),
  ]);

// A projector's page has larger letters: its picture too.
const isProjected = () => parseFloat(getComputedStyle(document.documentElement).fontSize) > 18;

function made(name) {
  const element = document.createElement("div");
  element.className = name;
  return element;
}

class Picture {
  constructor(root) {
    this.root = root;
    this.frame = made("frame");
    this.view = made("view");
    this.camera = new Camera(this.view);
    this.flow = new Flow();
    this.trail = new Trail((group) => this.visit(group));
    this.find = new Find({ go: (found) => this.seek(found), leave: () => this.focus() });
    this.legend = new Legend((name) => this.send("color", name));
    this.tools = new Tools({
      zoomIn: () => this.zoom(KEY_ZOOM),
      zoomOut: () => this.zoom(1 / KEY_ZOOM),
      fit: () => (this.fit(true), this.keep()),
      run: () => (this.fit(), this.flow.run()),
      save: (kind) => save(this.svg, this.bounds, this.data.fileName, kind),
    });
    this.pointer = new Pointer(this.view, {
      camera: this.camera,
      keep: () => this.keep(),
      thing: (target) => this.things?.at(target),
      pick: (thing) => this.pick(thing, true),
      open: (thing) => this.open(thing),
      stage: (group) =>
        this.data.rows.some((row) => row.name === group && row.can_open && !row.is_open) && this.toggle(group),
      toggle: (group) => this.toggle(group),
      card: (target) => this.cardOf(target),
    });
    const [bar, foot] = [made("bar"), made("foot")];
    bar.append(this.trail.nav, this.legend.size, this.find.input, this.find.choices);
    foot.append(this.legend.root, this.tools.root);
    this.frame.append(bar, this.view, foot, this.pointer.card);
    root.append(this.frame);
    this.listen();
  }

  listen() {
    this.view.addEventListener("keydown", (event) => this.key(event));
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.view);
    this.onSlash = (event) => {
      const typing = event.composedPath()[0]?.matches?.("input, textarea, select, [contenteditable=true]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || !this.root.isConnected) return;
      event.preventDefault();
      this.find.focus();
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

  // --- showing ---

  // Exactly the height that is left in the window; on a phone, what the picture needs.
  stretch() {
    if (isNarrow()) return;
    const height = `${Math.floor(Math.max(LEAST_PX, roomFor(this.frame, this.root)))}px`;
    if (this.frame.style.height !== height) this.frame.style.height = height;
  }

  async show(data) {
    this.data = data;
    this.stretch();
    for (const part of [this.trail, this.find, this.legend, this.tools]) part.show(data);
    const isDown = this.frameNow().width < NARROW_PX;
    const wanted = JSON.stringify([data.headers, data.rows, isDown]);
    this.wanted = wanted;
    if (wanted !== this.drawn && !(await this.draw(wanted, data, isDown))) return;
    this.svg.setAttribute("aria-label", data.label);
    this.paint();
    const selected = this.things.of(data.selected);
    // While a choice made here is on its way, answers to earlier ones must not move the selection back.
    if (this.awaited && this.awaited.id !== selected && performance.now() < this.awaited.until) return;
    const hasMoved = selected && selected !== this.selected;
    this.awaited = null;
    this.mark(selected);
    if (hasMoved) this.camera.reveal(this.things.place(this.selected));
  }

  // Draws other parts than before; returns whether they are still wanted once they are laid out. What was laid out and the
  // rows it belongs to are replaced together: a drawing made meanwhile, for a frame of another size, needs both.
  async draw(wanted, data, isDown) {
    if (!this.drawn) this.view.textContent = data.texts.drawing;
    const open = data.rows.flatMap((row) => row.parts.filter((part) => part.title));
    let laid = [];
    try {
      if (open.length) laid = await layout(open.map((part) => `${data.headers[isDown ? "TB" : "LR"]}${part.body}}`));
    } catch (error) {
      this.drawn = null;
      this.view.textContent = `${data.texts.failed} ${error.message ?? error}`;
      return false;
    }
    if (wanted !== this.wanted || data !== this.data) return false; // a newer picture was asked for meanwhile
    const before = this.drawn && this.opened;
    this.opened = new Set(openGroups(data.rows));
    this.drawn = wanted;
    this.scene = { rows: data.rows, laid: new Map(open.map((part, index) => [part.name, laid[index]])) };
    const hadFocus = this.view.matches(":focus-within");
    // Back from another page the camera stands where it stood, over the same lines.
    this.insert(!before && kept.picture === wanted && kept.box ? kept.composed : undefined);
    this.look(wanted, before);
    this.awaited = null;
    this.mark(this.things.of(data.selected));
    if (hadFocus) this.focus(); // the keyboard goes on walking
    return true;
  }

  frameNow() {
    const [width, height] = this.camera.size;
    return { width: width || 900, height: height || 480, isProjected: isProjected() };
  }

  // Draws the picture for the frame as it is now.
  insert(frame = this.frameNow()) {
    const { rows, laid } = this.scene;
    this.composed = frame;
    const drawing = compose(rows, laid, frame, this.data.texts);
    Object.assign(this, { svg: drawing.svg, bounds: drawing.bounds });
    this.flow.over(drawing);
    this.things = new Things(drawing, rows, this.data.layers);
    label(this.things, this.data.cards);
    this.view.replaceChildren(this.svg);
    // On a phone the frame is as tall as the picture is, not as the screen.
    this.view.style.setProperty("--tall", `${(this.view.clientWidth * this.bounds.height) / this.bounds.width}px`);
    if (isNarrow()) this.frame.style.height = "";
    this.camera.hold(this.svg, this.bounds);
    for (const node of this.svg.querySelectorAll("g.laid g.node")) center(node);
  }

  // Where to look at a new picture: as before, at what was just opened, or at all of it.
  look(picture, before) {
    const goal = this.goal && this.things.of(this.goal);
    if (!before && kept.picture === picture && kept.box) {
      Object.assign(this.camera, { box: { ...kept.box }, isFitted: kept.isFitted });
      this.camera.apply();
    } else if (goal) {
      this.camera.box ??= { ...this.bounds };
      this.fly(() => this.things.place(goal, AROUND));
    } else if (before) {
      const fresh = [...this.opened].filter((name) => !before.has(name));
      const mine = this.data.crumbs.map((crumb) => crumb.group).filter((name) => fresh.includes(name));
      const opened = this.toggled ?? mine.at(-1) ?? fresh.at(-1);
      const isFolded = [...before].some((name) => !this.opened.has(name));
      if (this.camera.isFitted && this.camera.isReadable) this.camera.fit(true);
      else if (this.things.group(opened)) this.fly(() => this.things.group(opened));
      else if (this.camera.isFitted || (isFolded && this.camera.isReadable)) this.camera.fit(true);
    } else {
      const shown = new Set([...this.opened, ...this.data.rows.map((row) => row.name)]);
      this.survey(
        this.data.crumbs
          .map((crumb) => crumb.group)
          .filter((name) => shown.has(name))
          .at(-1),
      );
    }
    this.goal = this.toggled = null;
    this.keep();
  }

  paint() {
    const { fills } = this.data;
    const key = JSON.stringify(fills) + this.drawn;
    if (key === this.painted) return;
    this.painted = key;
    paint(this.things.nodes, fills);
  }

  // --- the camera ---

  // Shows a place of the picture, in this setting of it and in the next.
  fly(find, isFlown = true) {
    this.found = find;
    this.camera.flyTo(find(), isFlown);
  }

  // All of the picture if that can be read, else the group we are in.
  survey(group) {
    this.camera.fit();
    if (this.camera.isReadable || !this.things.group(group)) return;
    this.fly(() => (this.camera.isReadable ? null : this.things.group(group)), true);
  }

  zoom(factor) {
    this.camera.zoom(factor);
    this.keep();
  }

  keep() {
    const box = this.camera.box && { ...this.camera.box };
    Object.assign(kept, { picture: this.drawn, composed: this.composed, box, isFitted: this.camera.isFitted });
  }

  resize() {
    const [width, height] = this.camera.size;
    if (!this.svg || !width || !height) return;
    if (this.camera.isFitted) this.fit();
    else if (this.camera.place && this.found) {
      this.reset();
      const place = this.found();
      if (place) this.camera.flyTo(place, false);
      else this.camera.fit();
    } else this.camera.resize();
  }

  // Draws the picture anew if the frame has another size by now: the style sheet came late, a message made room for
  // itself, a phone was turned. Returns whether it has.
  reset() {
    const [now, then] = [this.frameNow(), this.composed];
    const isOther =
      Math.abs(now.width - then.width) > 2 ||
      (!isNarrow() && Math.abs(now.height - then.height) > 2) ||
      now.isProjected !== then.isProjected;
    if (isOther && now.width < NARROW_PX !== then.width < NARROW_PX) void this.show(this.data);
    if (isOther) {
      const hadFocus = this.view.matches(":focus-within");
      this.insert();
      this.mark(this.selected);
      if (hadFocus) this.focus();
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

  // --- choosing ---

  mark(thing) {
    const { things } = this;
    const is = (name) => name && things.elements(name).length > 0;
    this.selected = is(thing) ? thing : is(this.selected) ? this.selected : things.order[0];
    for (const old of this.svg.querySelectorAll(".selected, [tabindex='0']")) {
      old.classList.remove("selected");
      old.removeAttribute("aria-pressed");
      old.setAttribute("tabindex", "-1");
    }
    const all = things.elements(this.selected);
    if (thing) for (const element of all) element.classList.add("selected");
    all[0]?.setAttribute("tabindex", "0");
    if (thing && all[0]?.getAttribute("role") === "button") all[0].setAttribute("aria-pressed", "true");
  }

  focus() {
    this.things.elements(this.selected)[0]?.focus({ preventScroll: true });
  }

  pick(thing, hasFocus) {
    this.mark(thing);
    if (hasFocus) this.focus();
    this.camera.reveal(this.things.place(thing));
    this.awaited = { id: thing, until: performance.now() + LONGEST_ANSWER_MS };
    this.send("pick", thing);
  }

  // Opens a closed block; of an open one shows where it stands.
  open(thing) {
    if (this.things.isOpen(thing)) this.fly(() => this.things.place(thing));
    else if (this.things.isBlock(thing)) {
      this.toggled = thing;
      this.send("open", thing);
    }
  }

  toggle(group) {
    this.toggled = group;
    this.send("toggle", group);
  }

  cardOf(target) {
    const thing = this.things?.at(target);
    return thing && this.data.cards[thing];
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.things) return;
    if (isArrow(event.key)) {
      const next = step(this.things, this.selected, event.key);
      if (next) this.pick(next, true);
    } else if (event.key === "Enter" || event.key === " ") this.open(this.selected);
    else if (event.key === "Escape" || event.key === "Backspace") this.send("close", this.selected);
    else if (event.key === "+" || event.key === "=") this.zoom(KEY_ZOOM);
    else if (event.key === "-") this.zoom(1 / KEY_ZOOM);
    else if (event.key === "0") this.fit(true);
    else return;
    this.keep();
    event.preventDefault();
    event.stopPropagation();
  }

  // Shows a group from the trail; "" is the whole network, the layer itself comes as its name after "=".
  visit(group) {
    if (group === "") this.fit(true);
    else if (group.startsWith("=")) this.fly(() => this.things.place(this.selected, AROUND));
    else if (this.things.group(group)) this.fly(() => this.things.group(group));
    else this.toggle(group);
    this.keep();
  }

  seek({ kind, name }) {
    if (kind === "stage") return this.visit(name);
    const thing = this.things.of(name);
    if (thing === name) {
      this.pick(name, true);
      if (kind === "layer") this.fly(() => this.things.place(name, AROUND));
    } else {
      this.goal = name;
      this.send("seek", name);
    }
    return undefined;
  }
}

const pictures = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let picture = pictures.get(parentElement);
  if (!picture) {
    picture = new Picture(parentElement);
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
