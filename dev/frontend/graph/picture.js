// The network picture: its parts put together, and what happens between them.
import { light, pointed, targetsOf } from "../shared/pointing.js";
import { Camera } from "./camera.js";
import { Card } from "./card.js";
import { Drawing, keyOf, layOut } from "./drawing.js";
import { engine } from "./engine.js";
import { Find } from "./find.js";
import { Flow } from "./flow.js";
import { Frame } from "./frame.js";
import { onKeys, onSlash } from "./keyboard.js";
import { Legend } from "./legend.js";
import { Pointer } from "./pointer.js";
import { save } from "./save.js";
import { Selection } from "./selection.js";
import { step } from "./steps.js";
import { Tools } from "./tools.js";
import { Trail } from "./trail.js";
import { Viewpoint } from "./viewpoint.js";

const KEY_ZOOM = 1.25;

/** Loads Graphviz once the page has nothing else to do: folded pictures need no layout. */
const loadLayout = () => (window.requestIdleCallback ?? setTimeout)(engine);

export class Picture {
  /** Puts an empty picture into `root`. */
  constructor(root) {
    this.makeParts(root);
    this.camera = new Camera(this.frame.view);
    this.drawing = new Drawing();
    this.flow = new Flow();
    this.selection = new Selection(this.drawing);
    this.viewpoint = new Viewpoint({ camera: this.camera, drawing: this.drawing, redraw: () => this.redraw() });
    this.listenTo(root);
  }

  /** Makes the frame and the controls in it. */
  makeParts(root) {
    this.trail = new Trail((group) => this.visit(group));
    this.find = new Find({ go: (found) => this.seek(found), leave: () => this.selection.focus() });
    this.legend = new Legend((name) => this.emit("color", name));
    this.tools = new Tools({
      zoomIn: () => this.viewpoint.zoom(KEY_ZOOM),
      zoomOut: () => this.viewpoint.zoom(1 / KEY_ZOOM),
      fit: () => this.fit(),
      run: () => this.runData(),
      save: (kind) => save(this.drawing.svg, this.drawing.bounds, this.data.fileName, kind),
    });
    this.card = new Card((target) => this.data.cards[this.drawing.things?.at(target)]);
    this.frame = new Frame(root, {
      bar: [this.trail.nav, this.legend.size, this.find.input, this.find.choices],
      foot: [this.legend.root, this.tools.root],
      card: this.card.box,
    });
  }

  /** Listens to mouse, finger, keys and the frame. */
  listenTo(root) {
    const { camera, drawing, selection, viewpoint } = this;
    this.pointer = new Pointer(this.frame.view, camera, {
      keep: () => viewpoint.keep(),
      thing: (target) => drawing.things?.at(target),
      pick: (thing) => this.pick(thing),
      open: (thing) => this.open(thing),
      openStage: (name) => this.openStage(name),
      toggle: (group) => this.toggle(group),
    });
    this.card.listen(this.frame.view);
    onKeys(this.frame.view, {
      walk: (arrow) => this.walk(arrow),
      open: () => this.open(selection.name),
      close: () => this.emit("close", selection.name),
      zoomIn: () => viewpoint.zoom(KEY_ZOOM),
      zoomOut: () => viewpoint.zoom(1 / KEY_ZOOM),
      fit: () => this.fit(),
    });
    this.endSlash = onSlash(root, () => this.find.focus());
    this.frame.watch(() => viewpoint.resize());
  }

  /** Remembers where the camera stands: Streamlit may be about to take the picture off the page. */
  pause() {
    this.viewpoint.keep();
  }

  /** The picture is gone from the page. */
  leave() {
    this.frame.leave();
    this.endSlash();
    this.viewpoint.keep();
  }

  /** Says what was done to a thing, a group or a colouring. */
  emit(kind, id) {
    this.send({ kind, id });
  }

  // --- showing ---

  /** Shows what the server knows of the network; `send` takes what is done here. */
  async show(data, send) {
    Object.assign(this, { data, send });
    this.frame.stretch();
    for (const part of [this.trail, this.find, this.legend, this.tools]) part.show(data);
    const { drawing, selection } = this;
    this.wanted = keyOf(data, this.frame.size);
    if (this.wanted !== drawing.key && !(await this.draw(this.wanted, data))) return;
    drawing.svg.setAttribute("aria-label", data.label);
    drawing.paint(data.fills);
    if (selection.follow(drawing.things.of(data.selected))) this.camera.reveal(drawing.things.place(selection.name));
  }

  /** Draws other parts than before; resolves to whether they are still wanted once they are laid out. */
  async draw(key, data) {
    const { drawing, selection, viewpoint } = this;
    if (!drawing.key) this.frame.say(data.texts.drawing);
    let laid;
    try {
      laid = await layOut(data, this.frame.size);
    } catch (error) {
      drawing.key = null;
      this.frame.say(`${data.texts.failed} ${error.message ?? error}`);
      return false;
    }
    if (key !== this.wanted || data !== this.data) return false; // a newer picture was asked for meanwhile
    const before = drawing.key && drawing.opened;
    drawing.take(key, data.rows, laid);
    const { hasFocus } = this.frame;
    // Back from another page the camera stands where it stood, over the same lines.
    this.compose((!before && viewpoint.sizeKept(key)) || this.frame.size);
    viewpoint.look(data, before);
    selection.restart(drawing.things.of(data.selected));
    loadLayout();
    if (hasFocus) selection.focus(); // the keyboard goes on walking
    return true;
  }

  /** Draws the picture for a frame of that size. */
  compose(size) {
    const { drawing } = this;
    drawing.compose(this.data, size);
    this.flow.over(drawing);
    this.frame.hold(drawing.svg, drawing.bounds);
    this.camera.hold(drawing);
    drawing.measure();
    this.point(pointed());
  }

  /** Lights up what a lesson's word points at: a layer or block, a block's shortcut. */
  point(names) {
    const { svg, things } = this.drawing;
    if (!svg) return;
    const [edge] = targetsOf(names, "edge");
    const within = [...svg.querySelectorAll("[data-block]")].filter((g) => g.dataset.block === edge);
    const arcs = within.flatMap((group) => [...group.querySelectorAll(".shortcut")]);
    // Where shortcuts are switched off, the block that had one stands for it.
    const node = arcs.length ? undefined : targetsOf(names, "node").find((name) => things.of(name));
    light(svg, [...(node ? things.elements(things.of(node)) : []), ...arcs]);
  }

  /** Draws the picture anew if the frame has another size by now: the style sheet came late, a message made room for
   *  itself, a phone was turned. Returns whether it has. */
  redraw() {
    const { drawing, selection } = this;
    const { size, hasFocus } = this.frame;
    if (!drawing.svg || drawing.isFor(size)) return false;
    if (drawing.isTurned(size)) void this.show(this.data, this.send);
    this.compose(size);
    selection.mark(selection.name);
    if (hasFocus) selection.focus();
    drawing.paint(this.data.fills);
    return true;
  }

  /** Shows all of the picture. */
  fit() {
    this.viewpoint.fit(true);
    this.viewpoint.keep();
  }

  /** Lets data run through all of the picture. */
  runData() {
    this.viewpoint.fit();
    this.flow.run();
  }

  // --- choosing ---

  /** Selects a thing. */
  pick(thing) {
    this.selection.choose(thing);
    this.camera.reveal(this.drawing.things.place(thing));
    this.emit("pick", thing);
  }

  /** Selects the thing that an arrow key leads to. */
  walk(arrow) {
    const next = step(this.drawing.things, this.selection.name, arrow);
    if (next) this.pick(next);
    this.viewpoint.keep();
  }

  /** Opens a closed block; of an open one shows where it stands. */
  open(thing) {
    const { things } = this.drawing;
    if (things.isOpen(thing)) this.viewpoint.flyToThing(thing);
    else if (things.isBlock(thing)) {
      this.viewpoint.toggled = thing;
      this.emit("open", thing);
    }
    this.viewpoint.keep();
  }

  /** Opens a stage that is folded. */
  openStage(name) {
    if (this.data.rows.some((row) => row.name === name && row.can_open && !row.is_open)) this.toggle(name);
  }

  /** Opens or folds a stage or a block. */
  toggle(group) {
    this.viewpoint.toggled = group;
    this.emit("toggle", group);
  }

  /** Shows a group from the trail; "" is the whole network, the layer itself comes as its name after "=". */
  visit(group) {
    if (group === "") this.viewpoint.fit(true);
    else if (group.startsWith("=")) this.viewpoint.flyToLayer(this.selection.name);
    else if (!this.viewpoint.flyToGroup(group)) this.toggle(group);
    this.viewpoint.keep();
  }

  /** Goes to what was found; what is still folded, the server opens. */
  seek({ kind, name }) {
    if (kind === "stage") this.visit(name);
    else if (this.drawing.things.of(name) === name) {
      this.pick(name);
      if (kind === "layer") this.viewpoint.flyToLayer(name);
    } else {
      this.viewpoint.goal = name;
      this.emit("seek", name);
    }
  }
}
