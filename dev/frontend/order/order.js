// A row of things that change places: by the pointer, or one place at a time by the arrow keys.
import { html } from "../shared/dom.js";

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** Returns the order with the thing at one place moved to another. */
export function moved(order, from, to) {
  const found = [...order];
  found.splice(Math.min(found.length, Math.max(0, to)), 0, ...found.splice(from, 1));
  return found;
}

export class Order {
  /** Puts an empty row into `root`. */
  constructor(root) {
    this.box = html("div", "order");
    this.lead = html("span", "lead");
    this.list = html("ol", "things");
    this.box.append(this.lead, this.list);
    root.append(this.box);
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => this.grab(event));
    this.list.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.list.addEventListener(end, () => this.drop());
  }

  /** Shows things in their order, unless one of them is in hand; `send` takes a new order. */
  show({ items, lead, help }, send) {
    this.send = send;
    this.help = help;
    this.lead.textContent = lead;
    if (this.held) return;
    this.items = items;
    this.draw();
  }

  /** Draws the row; what is in it stays the same element, so that the focus stays where it is. */
  draw() {
    const known = new Map([...this.list.children].map((thing) => [thing.dataset.id, thing]));
    const focused = this.list.getRootNode().activeElement;
    const things = this.items.map((item, place) => {
      const thing = known.get(String(item.id)) ?? this.thing(item);
      thing.querySelector("b").textContent = place + 1;
      thing.querySelector("span").textContent = item.text;
      const label = this.help.replace("{text}", item.text).replace("{n}", place + 1);
      thing.setAttribute("aria-label", label.replace("{m}", this.items.length));
      return thing;
    });
    this.list.replaceChildren(...things);
    if (things.includes(focused)) focused.focus({ preventScroll: true });
  }

  /** Makes one thing. */
  thing({ id }) {
    const made = html("li", "thing");
    made.dataset.id = id;
    made.tabIndex = 0;
    made.append(html("b"), html("span"));
    return made;
  }

  /** The place of a thing in the row, -1 for none. */
  placeOf(thing) {
    return [...this.list.children].indexOf(thing);
  }

  /** Moves a thing to a place in the row, if that is another one; returns whether it moved. */
  move(from, to) {
    const end = Math.min(this.items.length - 1, Math.max(0, to));
    if (end === from) return false;
    this.items = moved(this.items, from, end);
    this.draw();
    return true;
  }

  /** Tells the order. */
  emit() {
    this.send({ order: this.items.map(({ id }) => id) });
  }

  /** An arrow moves the thing in focus one place on; the page's own keys stay out of it. */
  key(event) {
    const place = this.placeOf(event.target.closest(".thing"));
    const step = STEPS[event.key];
    if (!step || place < 0) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.move(place, place + step)) this.emit();
  }

  /** Takes a thing in hand. */
  grab(event) {
    const thing = event.target.closest(".thing");
    if (!thing || event.button) return;
    this.held = thing;
    this.hasMoved = false;
    thing.classList.add("held");
    this.list.setPointerCapture(event.pointerId);
  }

  /** A thing in hand takes the place it is held over. */
  drag({ clientX, clientY }) {
    if (!this.held) return;
    const over = [...this.list.children].findIndex((thing) => {
      const { left, right, top, bottom } = thing.getBoundingClientRect();
      return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
    });
    if (over >= 0 && this.move(this.placeOf(this.held), over)) this.hasMoved = true;
  }

  /** Lets go of what is in hand, and tells the order if it changed. */
  drop() {
    this.held?.classList.remove("held");
    this.held?.focus({ preventScroll: true });
    this.held = null;
    if (this.hasMoved) this.emit();
    this.hasMoved = false;
  }

  /** Nothing is left running. */
  leave() {
    this.held = null;
  }
}
