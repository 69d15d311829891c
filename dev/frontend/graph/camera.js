// The camera over the picture: the viewBox, moved by hand, fitted, or flown to a place.
import { isCalm, isPhone } from "../shared/screen.js";
import { Flight } from "./flight.js";
import { around, between, fitted, revealing, scaleFor, uncut, zoomed } from "./viewbox.js";

const LARGEST_SCALE = 1.7; // CSS px per pt when fitted: a small graph is not blown up over the whole screen
const LARGEST_PLACE = 0.85; // of that, for a place
const NEARLY_ALL = 1.1; // a place that could be shown only so much larger than in the whole is shown with all around it
const READABLE_SCALE = 0.8; // below it 14 pt are no longer read from the last row,
const READABLE_PX = 13.5; // but a projector's are larger: what the network's letters may come to

export class Camera {
  /** `view` is the element that the picture stands in. */
  constructor(view) {
    this.view = view;
    this.box = null; // what is shown, in units of the picture
    this.place = null; // what the camera was flown to, until somebody moves it
    this.isFitted = true;
    this.flight = new Flight();
  }

  /** Takes over a new drawing, where its groups stand and the size of its letters; the box stays until something moves it. */
  hold({ svg, bounds, groups, text }) {
    Object.assign(this, { svg, bounds, groups, text });
    if (this.box) this.apply();
  }

  /** [width, height] of the view, CSS px. */
  get size() {
    return [this.view.clientWidth, this.view.clientHeight];
  }

  /** CSS px per unit when all of the picture is shown. */
  get fitScale() {
    const [width, height] = this.size;
    const tall = isPhone() ? Infinity : height / this.bounds.height;
    return Math.min(width / this.bounds.width, tall, LARGEST_SCALE);
  }

  /** Whether the picture's words can be read when all of it is shown. */
  get isReadable() {
    return this.fitScale >= Math.min(READABLE_SCALE, READABLE_PX / this.text);
  }

  /** Shows all of the picture. */
  fit(isFlown = false) {
    const [width, height] = this.size;
    if (!this.svg || !width || !height) return;
    this.isFitted = true;
    this.place = null;
    this.go(fitted(this.bounds, this.size, this.fitScale, isPhone()), isFlown);
  }

  /** Shows a place of the drawing, as large as it may be, with some of what is around it, and nothing half above it. */
  flyTo(place, isFlown = true) {
    const [width, height] = this.size;
    if (!width || !height) return;
    this.place = place;
    this.isFitted = false;
    const full = scaleFor(place, this.size);
    const near = full > this.fitScale * NEARLY_ALL ? Math.min(full, LARGEST_SCALE * LARGEST_PLACE) : 0;
    const scale = Math.max(near, this.fitScale); // a part is never shown smaller than the whole
    const box = around(place, this.bounds, this.size, scale);
    this.go(uncut(box, place, [...this.groups.values()]), isFlown);
  }

  /** Keeps what is shown of a picture that somebody moved by hand, in a view of another height. */
  resize() {
    const [width, height] = this.size;
    if (!this.box) return;
    this.box.height = (this.box.width * height) / width;
    this.apply();
  }

  /** Moves just as far as it takes to have a place on screen. */
  reveal(place) {
    const target = this.box && revealing(place, this.box);
    if (!target) return;
    this.loose();
    this.go(target, true);
  }

  /** Shows a box, at once or after a flight. */
  go(target, isFlown) {
    this.flight.stop();
    const from = this.box;
    if (isFlown && from && !isCalm()) this.flight.start((share) => this.set(between(from, target, share)));
    else this.set(target);
  }

  /** Zooms `factor` times closer about a point of the window, CSS px, or about the middle. */
  zoom(factor, clientX, clientY) {
    if (!this.box) return;
    this.flight.stop();
    const frame = this.view.getBoundingClientRect();
    const fx = clientX === undefined ? 0.5 : (clientX - frame.left) / frame.width;
    const fy = clientY === undefined ? 0.5 : (clientY - frame.top) / frame.height;
    this.loose();
    this.set(zoomed(this.box, factor, [fx, fy], this.bounds));
  }

  /** Moves the picture under the hand by so many CSS px. */
  pan(dx, dy) {
    this.flight.stop();
    const [width, height] = this.size;
    const { box } = this;
    this.loose();
    this.set({ ...box, x: box.x - (dx * box.width) / width, y: box.y - (dy * box.height) / height });
  }

  /** From now on the camera stands where a hand put it. */
  loose() {
    this.isFitted = false;
    this.place = null;
  }

  /** Stands at a box from now on. */
  set(box) {
    this.box = box;
    this.apply();
  }

  /** Shows the box. */
  apply() {
    const { x, y, width, height } = this.box;
    this.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    this.view.classList.toggle("fitted", this.isFitted);
  }
}
