// Mouse, finger and wheel over the picture: one click picks, two open, dragging moves, the wheel zooms, resting shows a card.

const PAIR_MS = 500; // two clicks so close together are one
const SHAKY_PX = 8; // a double-click's second press lies that near
const DRAG_PX = 4; // a click with a shaky hand is no drag

export class Pointer {
  // `hand` has: thing(target), pick(thing), open(thing), toggle(group), stage(group), card(thing), camera, keep().
  constructor(view, hand) {
    this.view = view;
    this.hand = hand;
    this.pointers = new Map();
    this.card = document.createElement("div");
    this.card.className = "card";
    this.card.hidden = true;
    this.listen();
  }

  listen() {
    const on = (name, act, options) => this.view.addEventListener(name, act, options);
    on("click", (event) => this.click(event));
    on("wheel", (event) => this.wheel(event), { passive: false });
    on("pointerdown", (event) => {
      this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
      this.moved = false;
    });
    on("pointermove", (event) => (this.drag(event), this.hover(event)));
    for (const name of ["pointerup", "pointercancel", "pointerleave"])
      on(name, (event) => {
        this.pointers.delete(event.pointerId);
        if (name === "pointerleave") this.card.hidden = true;
      });
  }

  // The second click of a pair opens what the first one hit: by now the picture may be another one under the pointer.
  click(event) {
    const fold = event.target.closest?.("g.fold");
    if (fold) return this.hand.toggle(fold.dataset.group);
    if (this.moved) return;
    const [first, now] = [this.first, { time: event.timeStamp, x: event.clientX, y: event.clientY }];
    const isSoon = event.detail > 1 || now.time - first?.time < PAIR_MS; // the browser's own judgement, or ours
    const isPair = first && isSoon && Math.hypot(now.x - first.x, now.y - first.y) < SHAKY_PX;
    if (isPair) {
      this.first = null;
      first.open();
      return;
    }
    const thing = this.hand.thing(event.target);
    const stage = event.target.closest?.("[data-stage]")?.dataset.stage;
    this.first = thing
      ? { ...now, open: () => this.hand.open(thing) }
      : stage
        ? { ...now, open: () => this.hand.stage(stage) }
        : null;
    if (thing) this.hand.pick(thing);
  }

  wheel(event) {
    event.preventDefault();
    this.hand.camera.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), event.clientX, event.clientY);
    this.hand.keep();
  }

  drag(event) {
    const { camera } = this.hand;
    const before = this.pointers.get(event.pointerId);
    if (!before || !camera.box) return;
    const now = [event.clientX, event.clientY];
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const reach = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]);
      if (reach(before) > 0) camera.zoom(reach(now) / reach(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      this.moved = true;
    } else if (!camera.isFitted || event.pointerType === "mouse") {
      if (!this.moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < DRAG_PX) return;
      this.moved = true;
      camera.pan(now[0] - before[0], now[1] - before[1]);
    }
    this.pointers.set(event.pointerId, now);
    this.hand.keep();
  }

  hover(event) {
    const isResting = event.pointerType === "mouse" && !this.pointers.size;
    const lines = isResting && this.hand.card(event.target);
    this.card.hidden = !lines;
    if (!lines) return;
    const [title, ...rest] = lines;
    const head = document.createElement("strong");
    head.textContent = title;
    this.card.replaceChildren(
      head,
      ...rest.map((line) => Object.assign(document.createElement("div"), { textContent: line })),
    );
    const frame = this.card.parentNode.getBoundingClientRect();
    const x = Math.min(event.clientX - frame.left + 14, frame.width - this.card.offsetWidth - 4);
    const below = event.clientY - frame.top + 18;
    const y = below + this.card.offsetHeight > frame.height ? below - this.card.offsetHeight - 30 : below;
    this.card.style.transform = `translate(${x}px, ${y}px)`;
  }
}
