// Data on its way: a dot runs through the stem; before each block it parts, one goes through F(x), one over the arc, and in
// the sum they are one again.
import { element, SHORTCUT } from "./marks.js";

const STEP_MS = 280; // a block
const LAYER_MS = 90;
const RADIUS = 0.5; // of a dot, in the size of the text
const TRUNK = "#0b5cad";

export class Flow {
  // Takes over a new drawing: what runs over the old one is gone with it.
  over({ svg, flow, text }) {
    cancelAnimationFrame(this.frame);
    this.steps = flow;
    this.radius = RADIUS * text;
    this.layer = element("g", { class: "flow" });
    svg.append(this.layer);
  }

  run() {
    cancelAnimationFrame(this.frame);
    this.layer.replaceChildren();
    if (!this.steps?.length || window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const dot = (fill) => element("circle", { r: this.radius, fill, stroke: "white", "stroke-width": 1.5 });
    const [main, side] = [dot(TRUNK), dot(SHORTCUT)];
    this.layer.append(main);
    let [index, start] = [0, performance.now()];
    let arc = null;
    const enter = () => {
      const step = this.steps[index];
      arc = step.arc ? element("path", { d: step.arc, fill: "none" }) : null;
      if (arc) this.layer.append(side);
      else side.remove();
    };
    enter();
    const move = (now) => {
      let step = this.steps[index];
      const time = step.block ? STEP_MS : LAYER_MS;
      if (now - start >= time) {
        start += time;
        index += 1;
        if (index === this.steps.length) return void this.layer.replaceChildren();
        enter();
        step = this.steps[index];
      }
      const part = Math.min(1, (now - start) / (step.block ? STEP_MS : LAYER_MS));
      main.setAttribute("cx", step.from + (step.to - step.from) * part);
      main.setAttribute("cy", step.y);
      if (arc) {
        const { x, y } = arc.getPointAtLength(arc.getTotalLength() * part);
        side.setAttribute("cx", x);
        side.setAttribute("cy", y);
      }
      this.frame = requestAnimationFrame(move);
    };
    this.frame = requestAnimationFrame(move);
  }
}
