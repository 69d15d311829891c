// The camera over the picture: the viewBox, moved by hand, fitted, or flown to a place.

const LARGEST_SCALE = 1.7; // CSS px per pt when fitted: a small graph is not blown up over the whole screen
const READABLE_SCALE = 0.8; // below it 14 pt are no longer read from the last row
const FLIGHT_MS = 260;
const NARROW_PX = 640;

export const isNarrow = () => window.innerWidth <= NARROW_PX;

export class Camera {
  constructor(view) {
    this.view = view;
    this.box = null;
    this.isFitted = true;
  }

  // Takes over a new drawing; the box stays until something moves it.
  hold(svg, bounds) {
    this.svg = svg;
    this.bounds = bounds;
    if (this.box) this.apply();
  }

  get size() {
    return [this.view.clientWidth, this.view.clientHeight];
  }

  get fitScale() {
    const [width, height] = this.size;
    return Math.min(width / this.bounds.width, isNarrow() ? Infinity : height / this.bounds.height, LARGEST_SCALE);
  }

  get isReadable() {
    return this.fitScale >= READABLE_SCALE;
  }

  fit(isFlown = false) {
    const [width, height] = this.size;
    if (!this.svg || !width || !height) return;
    const scale = this.fitScale;
    const [w, h] = [width / scale, height / scale];
    this.isFitted = true;
    this.place = null;
    this.go(
      {
        x: this.bounds.x - (w - this.bounds.width) / 2,
        y: this.bounds.y - (isNarrow() ? 0 : Math.max(0, (h - this.bounds.height) / 2)),
        width: w,
        height: h,
      },
      isFlown,
    );
  }

  // Shows a place of the drawing, as large as it may be, with some of what is around it.
  flyTo(place, isFlown = true) {
    const [width, height] = this.size;
    if (!width || !height) return;
    this.place = place;
    const near = Math.min(width / (place.width + 50), height / (place.height + 40), LARGEST_SCALE * 0.85);
    const scale = Math.max(near, this.fitScale); // a part is never shown smaller than the whole
    const [w, h] = [width / scale, height / scale];
    this.isFitted = false;
    // In the middle, but not beyond the picture's border: there is nothing to see.
    const within = (start, size, low, all) =>
      size >= all ? low - (size - all) / 2 : Math.min(Math.max(start, low), low + all - size);
    const { x, y, width: wide, height: tall } = this.bounds;
    const left = within(place.x + place.width / 2 - w / 2, w, x, wide);
    const top = within(place.y + place.height / 2 - h / 2, h, y, tall);
    this.go({ x: left, y: top, width: w, height: h }, isFlown);
  }

  // The frame has another size: what was shown is shown again, unless somebody moved the camera by hand.
  resize() {
    const [width, height] = this.size;
    if (this.isFitted) this.fit();
    else if (this.place) this.flyTo(this.place, false);
    else if (this.box) {
      this.box.height = (this.box.width * height) / width;
      this.apply();
    }
  }

  // Moves just as far as it takes to have a place on screen.
  reveal(place) {
    if (!this.box) return;
    const { x, y, width, height } = this.box;
    const [right, bottom] = [place.x + place.width, place.y + place.height];
    if (place.x >= x && place.y >= y && right <= x + width && bottom <= y + height) return;
    // Minimal, with some room around; what is larger than the view is shown from its start.
    const along = (near, far, start, size) =>
      near < start || far - near > size ? near - 12 : far > start + size ? far - size + 12 : start;
    this.isFitted = false;
    this.place = null;
    this.go({ x: along(place.x, right, x, width), y: along(place.y, bottom, y, height), width, height }, true);
  }

  go(target, isFlown) {
    cancelAnimationFrame(this.flight);
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!isFlown || !this.box || calm) {
      this.box = target;
      this.apply();
      return;
    }
    const from = { ...this.box };
    const start = performance.now();
    const step = (now) => {
      const t = Math.min(1, Math.max(0, now - start) / FLIGHT_MS);
      const ease = t * t * (3 - 2 * t);
      for (const key of ["x", "y", "width", "height"]) this.box[key] = from[key] + (target[key] - from[key]) * ease;
      this.apply();
      if (t < 1) this.flight = requestAnimationFrame(step);
    };
    this.box = { ...from };
    this.flight = requestAnimationFrame(step);
  }

  apply() {
    const { x, y, width, height } = this.box;
    this.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    this.view.classList.toggle("fitted", this.isFitted);
  }

  zoom(factor, clientX, clientY) {
    if (!this.box) return;
    cancelAnimationFrame(this.flight);
    const frame = this.view.getBoundingClientRect();
    const fx = clientX === undefined ? 0.5 : (clientX - frame.left) / frame.width;
    const fy = clientY === undefined ? 0.5 : (clientY - frame.top) / frame.height;
    const width = Math.min(Math.max(this.box.width / factor, 60), this.bounds.width * 6);
    const ratio = width / this.box.width;
    this.box.x += this.box.width * fx * (1 - ratio);
    this.box.y += this.box.height * fy * (1 - ratio);
    this.box.height *= ratio;
    this.box.width = width;
    this.isFitted = false;
    this.place = null;
    this.apply();
  }

  pan(dx, dy) {
    cancelAnimationFrame(this.flight);
    this.box.x -= (dx * this.box.width) / this.view.clientWidth;
    this.box.y -= (dy * this.box.height) / this.view.clientHeight;
    this.isFitted = false;
    this.place = null;
    this.apply();
  }
}
