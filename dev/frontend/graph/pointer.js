// Mouse, finger and wheel over the picture: one click picks, two open, dragging moves, the wheel zooms.

const PAIR_MS = 500; // two clicks so close together are one
const SHAKY_PX = 8; // a double-click's second press lies that near
const DRAG_PX = 4; // a click with a shaky hand is no drag
const WHEEL = { pixel: 0.002, line: 0.05 }; // how far the wheel zooms, by its unit

/** Returns how far apart two points are. */
const apart = ([x0, y0], [x1, y1]) => Math.hypot(x1 - x0, y1 - y0);

export class Pointer {
  /** `actions` has thing(element), pick(thing), open(thing), openStage(name), toggle(group), and keep() for the camera. */
  constructor(view, camera, actions) {
    Object.assign(this, { view, camera, actions });
    this.pressed = new Map(); // pointer -> [x, y] in the window, CSS px
    this.hasMoved = false; // since it was pressed
    this.first = null; // the first click of what may be a pair
    this.listen();
  }

  /** Listens to the view. */
  listen() {
    const { view } = this;
    view.addEventListener("click", (event) => this.click(event));
    view.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    view.addEventListener("pointerdown", (event) => {
      this.pressed.set(event.pointerId, [event.clientX, event.clientY]);
      this.hasMoved = false;
    });
    view.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel", "pointerleave"])
      view.addEventListener(name, (event) => this.pressed.delete(event.pointerId));
  }

  /** Picks a thing. The second click of a pair opens what the first one hit: by now the picture may be another one. */
  click(event) {
    const fold = event.target.closest?.("g.fold");
    if (fold) this.actions.toggle(fold.dataset.group);
    if (fold || this.hasMoved) return;
    if (this.isSecond(event)) {
      const { open } = this.first;
      this.first = null;
      open();
      return;
    }
    const thing = this.actions.thing(event.target);
    const open = this.opening(thing, event.target);
    this.first = open && { open, time: event.timeStamp, at: [event.clientX, event.clientY] };
    if (thing) this.actions.pick(thing);
  }

  /** Whether a click makes a pair with the one before: by the browser's own judgement, or by ours. */
  isSecond(event) {
    if (!this.first) return false;
    const isSoon = event.detail > 1 || event.timeStamp - this.first.time < PAIR_MS;
    return isSoon && apart(this.first.at, [event.clientX, event.clientY]) < SHAKY_PX;
  }

  /** Returns what opens the thing, else the stage, that was clicked on; null for the ground. */
  opening(thing, element) {
    if (thing) return () => this.actions.open(thing);
    const stage = element.closest?.("[data-stage]")?.dataset.stage;
    return stage ? () => this.actions.openStage(stage) : null;
  }

  /** Zooms about the mouse. */
  wheel(event) {
    event.preventDefault();
    const by = event.deltaMode ? WHEEL.line : WHEEL.pixel;
    this.camera.zoom(Math.exp(-event.deltaY * by), event.clientX, event.clientY);
    this.actions.keep();
  }

  /** A pressed pointer moves: alone it drags the picture, two of them zoom. */
  move(event) {
    const before = this.pressed.get(event.pointerId);
    if (!before || !this.camera.box) return;
    const now = [event.clientX, event.clientY];
    const others = [...this.pressed].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const hasTaken =
      others.length === 1 ? this.pinch(before, now, others[0]) : this.drag(before, now, event.pointerType);
    if (!hasTaken) return;
    this.pressed.set(event.pointerId, now);
    this.actions.keep();
  }

  /** Two fingers: what lies between them stays between them. */
  pinch(before, now, other) {
    const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    if (apart(before, other) > 0) this.camera.zoom(apart(now, other) / apart(before, other), ...middle);
    this.hasMoved = true;
    return true;
  }

  /** Drags the picture; a finger on a picture that is all in sight scrolls the page. Returns whether the way counts. */
  drag(before, now, kind) {
    if (this.camera.isFitted && kind !== "mouse") return true;
    if (!this.hasMoved && apart(before, now) < DRAG_PX) return false;
    this.hasMoved = true;
    this.camera.pan(now[0] - before[0], now[1] - before[1]);
    return true;
  }
}
