// Data on its way: a dot runs through the stem; before each block it parts, one goes through F(x), one over the arc, and in
// the sum they are one again.
import { svg } from "../shared/dom.js";
import { isCalm } from "../shared/screen.js";
import { SHORTCUT } from "./marks.js";

const STEP_MS = 280; // a block
const LAYER_MS = 90;
const RADIUS = 0.5; // of a dot, in the size of the text
const TRUNK = "#0b5cad";

/** How long the dots take for a step, ms. */
const lastsMs = (step) => (step.block ? STEP_MS : LAYER_MS);

/** Puts a dot at a place of the picture. */
function put(dot, { x, y }) {
  dot.setAttribute("cx", x);
  dot.setAttribute("cy", y);
}

export class Flow {
  /** Takes over a new drawing, its size of text in units of it: what runs over the old one is gone with it. */
  over({ svg: picture, flow, text }) {
    cancelAnimationFrame(this.frame);
    this.steps = flow;
    this.radius = RADIUS * text;
    this.layer = svg("g", { class: "flow" });
    picture.append(this.layer);
  }

  /** Lets the dots run from the start. */
  run() {
    cancelAnimationFrame(this.frame);
    if (!this.steps?.length) return;
    this.layer.replaceChildren();
    if (isCalm()) return;
    const dot = (fill) => svg("circle", { r: this.radius, fill, stroke: "white", "stroke-width": 1.5 });
    this.dots = { main: dot(TRUNK), side: dot(SHORTCUT) };
    this.layer.append(this.dots.main);
    this.began = performance.now();
    this.enter(0);
    this.frame = requestAnimationFrame((now) => this.move(now));
  }

  /** Begins a step: where a shortcut goes, the second dot goes with it. */
  enter(index) {
    const { side } = this.dots;
    this.index = index;
    const { arc } = this.steps[index];
    this.arc = arc ? svg("path", { d: arc, fill: "none" }) : null;
    if (arc) this.layer.append(side);
    else side.remove();
  }

  /** Puts the dots where they are by now. */
  move(now) {
    if (now - this.began >= lastsMs(this.steps[this.index])) {
      this.began += lastsMs(this.steps[this.index]);
      if (this.index + 1 === this.steps.length) {
        this.layer.replaceChildren();
        return;
      }
      this.enter(this.index + 1);
    }
    const step = this.steps[this.index];
    const share = Math.min(1, (now - this.began) / lastsMs(step));
    put(this.dots.main, { x: step.from + (step.to - step.from) * share, y: step.y });
    if (this.arc) put(this.dots.side, this.arc.getPointAtLength(this.arc.getTotalLength() * share));
    this.frame = requestAnimationFrame((next) => this.move(next));
  }
}
