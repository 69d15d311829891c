// Where we are in the network; each step leads to what it names.

export class Trail {
  constructor(visit) {
    this.visit = visit;
    this.nav = document.createElement("nav");
  }

  show({ crumbs, texts }) {
    const key = JSON.stringify([crumbs, texts.trail]);
    if (key === this.key) return;
    this.key = key;
    this.nav.setAttribute("aria-label", texts.trail);
    const steps = crumbs.map(({ label, group }, index) => {
      const step = document.createElement("button");
      step.type = "button";
      step.textContent = label;
      if (index === crumbs.length - 1) step.setAttribute("aria-current", "true");
      step.addEventListener("click", () => this.visit(group));
      return step;
    });
    this.nav.replaceChildren(...steps);
  }
}
