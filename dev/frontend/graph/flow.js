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
  /** Takes over a new drawing, its size of text in units of it: what runs goes on over it, unless it is another network's. */
  over({ svg: picture, flow, text }) {
    cancelAnimationFrame(this.frame);
    const goesOn = this.layer?.hasChildNodes() && this.steps.length === flow.length;
    this.steps = flow;
    this.radius = RADIUS * text;
    this.layer = svg("g", { class: "flow" });
    picture.append(this.layer);
    if (goesOn) this.from(this.index);
  }

  /** Lets the dots run from the start. */
  run() {
    cancelAnimationFrame(this.frame);
    this.layer?.replaceChildren();
    if (!this.steps?.length || isCalm()) return;
    this.began = performance.now();
    this.from(0);
  }

  /** Puts dots on their way at a step. */
  from(index) {
    const dot = (fill) => svg("circle", { r: this.radius, fill, stroke: "white", "stroke-width": 1.5 });
    this.dots = { main: dot(TRUNK), side: dot(SHORTCUT) };
    this.layer.append(this.dots.main);
    this.enter(index);
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
