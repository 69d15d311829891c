// One column a block: its box above, its bars below, all in one grid, so that what belongs together stands together.
import { html, svg } from "../shared/dom.js";
import { light, pointed, targetsOf } from "../shared/pointing.js";
import { drawBoxes } from "./boxes.js";

const NARROW_PX = 24; // a column's width

export class Overview {
  /** Puts an empty overview into `parent`. */
  constructor(parent) {
    this.root = html("div", "overview");
    parent.append(this.root);
    this.observer = new ResizeObserver(() => this.boxes());
    this.observer.observe(this.root);
  }

  /** Shows a network; `send` takes the layer or block of a column that was clicked on. */
  show(data, send) {
    this.send = send;
    const key = JSON.stringify({ ...data, selected: "" });
    this.data = data;
    if (key !== this.key) {
      this.key = key;
      this.draw();
    }
    for (const own of this.root.querySelectorAll("[data-part]")) {
      own.classList.toggle("selected", own.dataset.part === data.selected);
      if (own.tagName === "BUTTON") own.setAttribute("aria-pressed", own.dataset.part === data.selected);
    }
  }

  /** Lights up the column of the layer or block that a lesson's word points at. */
  point(names) {
    const parts = [...this.root.querySelectorAll("[data-part]")];
    const isDrawn = (name) => parts.some((own) => own.dataset.part === name);
    const found = targetsOf(names, "node").find(isDrawn);
    light(
      this.root,
      parts.filter((own) => own.dataset.part === found),
    );
  }

  /** The overview is gone from the page. */
  leave() {
    this.observer.disconnect();
  }

  /** Draws all of it. */
  draw() {
    const { parts, rows, words } = this.data;
    this.root.style.setProperty("--columns", parts.length);
    const head = html("div", "title");
    head.append(html("b", "", words.boxes), html("span", "", words.key));
    this.stage = svg("svg", { class: "boxes", role: "img", "aria-label": words.alt });
    this.root.replaceChildren(head, this.stage, this.names(), ...rows.flatMap((row) => this.row(row)));
    this.boxes();
  }

  /** Lets an element choose a part of the network. */
  choosing(element, part) {
    element.dataset.part = part.id;
    element.addEventListener("click", () => this.send({ node: part.node }));
    return element;
  }

  /** Returns a quantity: its title, and a bar for each part, the largest as high as there is room. */
  row({ metric, title, sentence, total }) {
    const head = html("div", "title");
    head.append(html("b", "", title), html("span", "", sentence), html("span", "total", total));
    const bars = html("div", `bars ${metric}`);
    const { parts } = this.data;
    const most = Math.max(1, ...parts.map((part) => part.values[metric]));
    bars.append(...parts.map((part) => this.choosing(this.bar(part, metric, most), part)));
    return [head, bars];
  }

  /** Returns one bar. */
  bar({ texts, values, color }, metric, most) {
    const bar = Object.assign(html("button", "bar"), { title: texts[metric], tabIndex: -1 });
    bar.setAttribute("aria-label", texts[metric]);
    const fill = html("i");
    fill.style.height = `${(100 * values[metric]) / most}%`;
    fill.style.background = color;
    bar.append(fill);
    return bar;
  }

  /** Returns the names of the columns, under the boxes: what one tabs through. */
  names() {
    const line = html("div", "names");
    for (const part of this.data.parts) {
      const name = html("button", "name", part.name);
      name.title = part.texts.box;
      line.append(this.choosing(name, part));
    }
    return line;
  }

  /** Draws the boxes for the width that there is. */
  boxes() {
    const [width, height] = [this.stage?.clientWidth, this.stage?.clientHeight];
    if (!width || !height) return;
    const { parts, selected } = this.data;
    this.root.classList.toggle("narrow", width / parts.length < NARROW_PX);
    const drawn = drawBoxes(parts, width, height);
    drawn.forEach((box, index) => {
      this.choosing(box, parts[index]);
      box.classList.toggle("selected", parts[index].id === selected);
    });
    this.stage.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.stage.replaceChildren(...drawn);
    this.point(pointed());
  }
}
