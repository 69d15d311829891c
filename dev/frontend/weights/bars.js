// Quantities layer by layer: a row of bars each, one column a layer in all of them. Sizes are CSS px.
import { html, svg } from "../shared/dom.js";

const [LOWEST, SHARE, LEAST] = [44, 0.06, 1]; // a row: at least so high, of a window so much; a bar
// px between the name of the stem, wider than its few bars, and the next
const GAP_PX = 4;
const NARROW_PX = 22; // of a block's columns: then stages are named, not blocks
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

/** Returns how high a row is in this window. */
const rowHeight = () => Math.max(LOWEST, Math.round(SHARE * window.innerHeight));

/** Returns the box of a name's text, px. */
function textOf(name) {
  const range = document.createRange();
  range.selectNodeContents(name);
  return range.getBoundingClientRect();
}

/** Returns how layers follow each other in groups of one name: { name, from, count }. */
export function groupsOf(layers, name) {
  const found = [];
  layers.forEach((layer, place) => {
    const own = name(layer);
    if (found.at(-1)?.name === own) found.at(-1).count += 1;
    else found.push({ name: own, from: place, count: 1 });
  });
  return found;
}

export class Bars {
  /** Makes an empty box; `choose` takes the place of the layer that was chosen. */
  constructor(choose) {
    this.choose = choose;
    this.box = html("section", "bars");
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.box);
  }

  /** Shows the rows of a header. */
  show(data) {
    this.data = data;
    const { texts, sentences, rows } = data;
    const head = html("div", "title");
    head.append(html("b", "", texts.layers), html("span", "", sentences.layers));
    this.charts = rows.map((row, index) => this.chart(row, index === 0));
    this.names = html("div", "names");
    this.names.setAttribute("aria-hidden", "true");
    this.box.replaceChildren(head, ...this.charts.flatMap(({ line, chart }) => [line, chart]), this.names);
    this.draw();
  }

  /** Returns a quantity's words and its chart; one of them takes the keys for all. */
  chart(row, hasKeys) {
    const line = html("div", "line");
    const value = html("span", "value");
    line.append(html("b", "", row.title), html("span", "", row.sentence), value);
    const chart = svg("svg", { class: "chart" });
    if (hasKeys) {
      chart.setAttribute("tabindex", "0");
      chart.setAttribute("role", "slider");
      chart.setAttribute("aria-label", this.data.texts.alt);
      chart.addEventListener("keydown", (event) => this.pressed(event));
    } else chart.setAttribute("aria-hidden", "true");
    chart.addEventListener("click", (event) => this.choose(this.under(event)));
    return { row, line, value, chart };
  }

  /** Returns the place of the layer that the pointer is over. */
  under(event) {
    const box = event.currentTarget.getBoundingClientRect();
    const count = this.data.layers.length;
    return Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - box.left) / box.width) * count)));
  }

  /** Goes from layer to layer by the arrow keys. */
  pressed(event) {
    const by = KEYS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.choose(Math.max(0, Math.min(this.data.layers.length - 1, this.place + by)));
  }

  /** Marks a layer as the one that is chosen, and says its numbers. */
  select(place) {
    this.place = place;
    this.draw();
  }

  /** Draws all of it for the width that there is. */
  draw() {
    const width = this.charts?.[0].chart.clientWidth;
    if (!width) return;
    const { layers } = this.data;
    const high = rowHeight();
    for (const { row, chart, value } of this.charts) {
      chart.setAttribute("height", high);
      chart.setAttribute("viewBox", `0 0 ${width} ${high}`);
      chart.replaceChildren(...this.barsOf(row, width, high));
      value.textContent = this.place === undefined ? "" : `${layers[this.place].id}: ${row.shown[this.place]}`;
    }
    const [first] = this.charts;
    if (first && this.place !== undefined) {
      const { chart, row } = first;
      const own = { min: 0, max: layers.length - 1, now: this.place };
      for (const [name, number] of Object.entries(own)) chart.setAttribute(`aria-value${name}`, number);
      chart.setAttribute("aria-valuetext", `${layers[this.place].id}, ${row.title}: ${row.shown[this.place]}`);
    }
    this.drawNames(width);
  }

  /** Returns one row's bars, from 0 up or down. */
  barsOf({ values, shown, top, low }, width, most) {
    const { layers } = this.data;
    const wide = width / layers.length;
    const zero = (most * top) / (top - low);
    const bars = values.map((value, place) => {
      const high = Math.max(LEAST, (most * Math.abs(value ?? 0)) / (top - low));
      const y = value < 0 ? zero : zero - high;
      const bar = { x: place * wide + 0.1 * wide, y: Math.min(most - LEAST, y), width: 0.8 * wide, height: high };
      const own = svg("rect", { class: place === this.place ? "bar chosen" : "bar", ...bar });
      own.append(svg("title", {}, `${layers[place].id}: ${shown[place]}`));
      return own;
    });
    const mark =
      this.place === undefined
        ? []
        : [svg("rect", { class: "mark", x: this.place * wide, y: 0, width: wide, height: most })];
    return [...mark, svg("line", { class: "zero", x1: 0, x2: width, y1: zero, y2: zero }), ...bars];
  }

  /** Names the columns: blocks, or stages where there is no room. */
  drawNames(width) {
    const { layers } = this.data;
    const blocks = groupsOf(layers, ({ block }) => block);
    const isNarrow = width / blocks.length < NARROW_PX;
    const groups = isNarrow ? groupsOf(layers, ({ stage, block }) => stage || block) : blocks;
    this.names.replaceChildren(
      ...groups.map(({ name, count }) => {
        const own = html("span", "", name);
        own.style.flexGrow = count;
        return own;
      }),
    );
    const [stem, next] = this.names.children;
    if (next && textOf(stem).right + GAP_PX > textOf(next).left) next.style.textAlign = "end";
  }

  /** The bars are gone from the page. */
  leave() {
    this.observer.disconnect();
  }
}
