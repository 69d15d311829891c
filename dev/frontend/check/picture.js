// The graphs beside the verdict: theirs and ours of what was checked, or the course's blocks as long as nothing was.
import { html } from "../shared/dom.js";
import { isPhone, isProjected } from "../shared/screen.js";
import { Drawing } from "./draw.js";

const LETTERS_PX = { phone: 11, usual: 13, wide: 15, projected: 16 };
const WIDE_PX = 800; // both graphs as wide as this have room for larger boxes

export class Picture {
  /** Is empty; `go` leads to a line of the code. */
  constructor(go) {
    this.go = go;
    this.root = html("div", "picture");
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.root);
    Object.assign(this, { graphs: [], pair: null });
  }

  /** Takes the server's texts and marks. */
  fill(data) {
    this.data = data;
    this.show(this.graphs, this.pair);
  }

  /** Is gone. */
  leave() {
    this.observer.disconnect();
  }

  /** Shows one of some pairs of graphs; without one, the blocks of the course. */
  show(graphs, pair) {
    Object.assign(this, { graphs, pair, drawn: "" });
    this.draw();
  }

  /** Shows the graph of the function with a name, if it has one. */
  turnTo(name) {
    const pair = this.graphs.find((own) => own.function === name);
    if (pair && pair !== this.pair) this.show(this.graphs, pair);
  }

  /** Draws what is looked at, for the room there is. */
  draw() {
    const width = this.root.clientWidth;
    const size = isPhone() ? "phone" : width < WIDE_PX ? "usual" : "wide";
    const t = LETTERS_PX[isProjected() ? "projected" : size];
    if (!width || this.drawn === `${width} ${t}`) return;
    this.drawn = `${width} ${t}`;
    const { marks, statuses, texts } = this.data;
    const look = { t, marks, statuses, texts, go: this.go };
    this.root.replaceChildren(...(this.pair ? this.both(look, width) : this.course(look, width)));
  }

  /** Returns theirs and ours. */
  both(look, width) {
    const { texts } = this.data;
    const heads = html("div", "heads");
    heads.append(html("b", "", texts.theirs), html("b", "", texts.ours));
    const { svg } = new Drawing(this.pair, { ...look, width });
    return [...this.tabs(), html("code", "call", this.pair.call), heads, svg];
  }

  /** Returns the blocks of the course. */
  course(look, width) {
    const { course, texts } = this.data;
    const all = html("div", "course");
    for (const pair of course) {
      const place = html("div");
      const { svg } = new Drawing(pair, { ...look, width: width / 2 - 8, isAlone: true });
      place.append(html("b", "", pair.function), svg);
      all.append(place);
    }
    return [html("p", "", texts.course), all];
  }

  /** Returns the choice of a function, where there are several. */
  tabs() {
    if (this.graphs.length < 2) return [];
    const tabs = html("div", "modes");
    for (const [index, pair] of this.graphs.entries()) {
      const tab = html("button", "", pair.function);
      tab.type = "button";
      tab.setAttribute("aria-pressed", pair === this.pair);
      tab.addEventListener("click", () => {
        this.show(this.graphs, pair);
        this.root.querySelector(".modes").children[index].focus();
      });
      tabs.append(tab);
    }
    return [tabs];
  }
}
