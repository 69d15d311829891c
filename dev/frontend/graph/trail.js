// Where we are in the network; each step leads to what it names.
import { html } from "../shared/dom.js";

export class Trail {
  /** `visit` takes the group of a step: "" for the whole network, "=name" for a layer. */
  constructor(visit) {
    this.visit = visit;
    this.nav = html("nav");
  }

  /** Shows the steps, the last of them is where we are. */
  show({ crumbs, texts }) {
    const key = JSON.stringify([crumbs, texts.trail]);
    if (key === this.key) return;
    this.key = key;
    this.nav.setAttribute("aria-label", texts.trail);
    const steps = crumbs.map(({ label, group }, index) => {
      const step = html("button", "", label);
      step.type = "button";
      if (index === crumbs.length - 1) step.setAttribute("aria-current", "true");
      step.addEventListener("click", () => this.visit(group));
      return step;
    });
    this.nav.replaceChildren(...steps);
  }
}
