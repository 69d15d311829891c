// One layer: its facts, how its weights are spread, and its BatchNorm's scales as squares, a channel each. Sizes are CSS px.
import { LEVELS, table } from "../maps/paint.js";
import { html, svg } from "../shared/dom.js";

const [WIDE, HIGH] = [360, 100];
const SQUARES_PX = 128; // as high as the scales may stand
const [LEAST_PX, MOST_PX] = [5, 22];
const ODD = [255, 0, 255];
const OFF = 0.01;

/** Returns a number in three digits with a true minus. */
const figure = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

/** Returns the square's side for so many of them in a box, and how many stand side by side. */
export function gridFor(count, width, height) {
  for (let side = MOST_PX; side > LEAST_PX; side--) {
    const columns = Math.floor(width / side);
    if (columns * Math.floor(height / side) >= count) return { side, columns };
  }
  return { side: LEAST_PX, columns: Math.max(1, Math.floor(width / LEAST_PX)) };
}

export class Detail {
  /** Makes an empty box; `jump` takes a channel of a layer that is to be seen elsewhere. */
  constructor(jump) {
    this.jump = jump;
    this.box = html("section", "detail");
    this.canvas = html("canvas", "squares");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "slider");
    this.canvas.addEventListener("click", (event) => this.pointed(event));
    this.canvas.addEventListener("keydown", (event) => this.pressed(event));
    this.said = html("p", "said");
    this.observer = new ResizeObserver(() => this.paint());
  }

  /** Shows a layer of a header, its channel in focus or the first. */
  show(data, layer, channel) {
    const count = layer.scales?.length ?? 0;
    Object.assign(this, { data, layer, channel: Math.max(0, Math.min(count - 1, channel ?? 0)) });
    const facts = html("ul", "facts");
    facts.append(...layer.facts.map((fact) => html("li", "", fact)));
    const words = html("div", "words");
    words.append(html("h4", "", layer.title), facts);
    this.box.replaceChildren(words, this.histogram(), this.scales());
    this.paint();
  }

  /** Returns how the weights are spread: columns, and a line for the second set. */
  histogram() {
    const { texts, colors, titles } = this.data;
    const { histograms, bound, id } = this.layer;
    const box = html("figure", "histogram");
    const head = html("figcaption", "", texts.histogram);
    const most = Math.max(1, ...histograms.flat());
    const drawn = svg("svg", {
      viewBox: `0 0 ${WIDE} ${HIGH}`,
      role: "img",
      "aria-label": `${texts.histogram}, ${id}`,
    });
    const step = WIDE / histograms[0].length;
    const y = (count) => HIGH * (1 - count / most);
    histograms[0].forEach((count, i) => {
      drawn.append(
        svg("rect", {
          x: i * step + 0.5,
          y: y(count),
          width: step - 1,
          height: HIGH - y(count),
          fill: colors[0],
        }),
      );
    });
    if (histograms[1]) {
      const path = histograms[1].map((count, i) => `${i ? "L" : "M"}${(i + 0.5) * step} ${y(count)}`).join("");
      drawn.append(svg("path", { class: "second", d: path, stroke: colors[1] }));
    }
    drawn.append(svg("line", { class: "zero", x1: 0, x2: WIDE, y1: HIGH, y2: HIGH }));
    const ends = html("div", "ends");
    ends.append(...[-bound, 0, bound].map((value) => html("span", "", figure(value))));
    box.append(head, drawn, ends, ...(histograms[1] ? [this.legend(titles, colors)] : []));
    return box;
  }

  /** Returns what the two colours are. */
  legend(titles, colors) {
    const legend = html("div", "legend");
    titles.forEach((title, which) => {
      const own = html("span", which ? "is-line" : "is-box", title);
      own.style.setProperty("--own", colors[which]);
      legend.append(own);
    });
    return legend;
  }

  /** Returns the scales, or that there are none. */
  scales() {
    const { texts } = this.data;
    const box = html("figure", "scales");
    if (!this.layer.scales) {
      box.append(html("figcaption", "", texts.noScales));
      return box;
    }
    const largest = figure(Math.max(...this.layer.scales.map(Math.abs)));
    this.holder = html("div", "holder");
    this.holder.append(this.canvas);
    box.append(
      html("figcaption", "", texts.scales),
      html("span", "key", texts.key.replace("{value}", largest)),
      this.holder,
      this.said,
    );
    this.observer.disconnect();
    this.observer.observe(this.holder);
    return box;
  }

  /** Paints the squares for the width that there is. */
  paint() {
    const scales = this.layer?.scales;
    const width = scales && this.holder.clientWidth;
    if (!width) return;
    const grid = gridFor(scales.length, width, SQUARES_PX);
    const rows = Math.ceil(scales.length / grid.columns);
    const sharp = Math.max(1, window.devicePixelRatio);
    const size = { width: grid.columns * grid.side, height: rows * grid.side };
    Object.assign(this.canvas, { width: size.width * sharp, height: size.height * sharp });
    this.canvas.style.width = `${size.width}px`;
    const pen = this.canvas.getContext("2d");
    pen.scale(sharp, sharp);
    const colors = table("viridis", ODD);
    const most = Math.max(...scales.map(Math.abs)) || 1;
    scales.forEach((scale, channel) => {
      this.square(pen, grid, channel, Math.abs(scale) / most, colors);
    });
    this.grid = grid;
    this.frame(pen);
    this.say();
  }

  /** Paints one square; a channel that is off is crossed out. */
  square(pen, { side, columns }, channel, share, colors) {
    const [x, y, room] = [(channel % columns) * side, Math.floor(channel / columns) * side, side > 7 ? 1 : 0.5];
    const own = colors[Math.round(share * (LEVELS - 1))];
    pen.fillStyle = share <= OFF ? "#181a1e" : `rgb(${own & 255} ${(own >> 8) & 255} ${(own >> 16) & 255})`;
    pen.fillRect(x, y, side - room, side - room);
    if (share > OFF) return;
    pen.strokeStyle = "#ffffff";
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + side - room, y + side - room);
    pen.stroke();
  }

  /** Draws a frame around the channel that is chosen. */
  frame(pen) {
    const { side, columns } = this.grid;
    pen.strokeStyle = "#ff9d00";
    pen.lineWidth = 2.5;
    pen.strokeRect((this.channel % columns) * side, Math.floor(this.channel / columns) * side, side, side);
  }

  /** Says the channel that is chosen and its scale, with the way to its maps. */
  say() {
    const { texts, canJump } = this.data;
    const { scales, norm } = this.layer;
    const text = texts.channel.replace("{n}", this.channel).replace("{value}", figure(scales[this.channel]));
    const parts = [html("span", "", text)];
    if (canJump) {
      const way = html("button", "jump", texts.jump.replace("{n}", this.channel));
      way.addEventListener("click", () => this.jump(norm, this.channel));
      parts.push(way);
    }
    this.said.replaceChildren(...parts);
    const range = { min: 0, max: scales.length - 1, now: this.channel };
    for (const [name, number] of Object.entries(range)) this.canvas.setAttribute(`aria-value${name}`, number);
    this.canvas.setAttribute("aria-label", texts.scales);
    this.canvas.setAttribute("aria-valuetext", text);
  }

  /** Chooses the channel under the pointer. */
  pointed({ offsetX, offsetY }) {
    const { side, columns } = this.grid;
    this.to(Math.floor(offsetY / side) * columns + Math.floor(offsetX / side));
  }

  /** Goes from channel to channel by the arrow keys. */
  pressed(event) {
    const { columns } = this.grid;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.to(this.channel + by);
  }

  /** Chooses a channel, if there is one. */
  to(channel) {
    if (channel < 0 || channel >= this.layer.scales.length) return;
    this.channel = channel;
    this.paint();
  }

  /** The layer is gone from the page. */
  leave() {
    this.observer.disconnect();
  }
}
