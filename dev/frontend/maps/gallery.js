// Every channel of a layer as one mosaic, in an order; one of them is in focus.
import { html } from "../shared/dom.js";
import { sentences } from "../shared/sentences.js";
import { labelled, selected } from "./controls.js";
import { frameAround } from "./marks.js";
import { percent, shown } from "./numbers.js";
import { crossOut, paintRamp, paintTiles } from "./paint.js";
import { oddities } from "./values.js";

const SMALLEST_TILE = 14; // canvas pixels
const LEAST_WIDTH = 18; // of a tile on the page, px
const UNKNOWN_WIDTH = 800; // of the gallery, px, before it is on the page
const EIGHTH = 8;
const SIZES = 6; // steps of the slider, two of them make a tile twice as wide

/** Returns how many tiles stand beside each other: wide rather than tall, none larger than an eighth of `width` px unless the
 *  slider makes them so. */
export function columnsFor(count, maps, width, size) {
  const even = Math.sqrt((count * maps.height) / maps.width);
  const fitting = Math.min(Math.max(EIGHTH, even), width / LEAST_WIDTH);
  return Math.max(1, Math.min(count, Math.round(fitting / 2 ** (size / 2))));
}

export class Gallery {
  /** actions: choose(maps, channel), layer(id), source(index), set(parts), enter(), point(canvas, what). */
  constructor(actions) {
    this.actions = actions;
    this.box = html("div", "gallery");
    this.bar = html("div", "bar");
    this.sheet = html("div", "sheet");
    this.canvas = html("canvas", "mosaic");
    this.canvas.tabIndex = 0;
    this.caption = html("p", "caption");
    this.mark = html("div", "mark");
    this.sheet.append(this.canvas, this.mark);
    this.box.append(this.bar, this.sheet, this.caption);
    actions.point(this.canvas, () => ({ maps: this.maps, places: this.order, grid: this.grid }));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** Draws the controls above: layer, source, order, the scale, and what is folded behind. */
  drawBar({ data, kept, maps }) {
    const { texts, sources, arrays, layers } = data;
    const { actions } = this;
    const pieces = [html("span", "lead", texts.everyChannel)];
    if (layers.length) pieces.push(selected(layers, data.layer, texts.layer, actions.layer));
    else if (sources.length === 1) pieces.push(html("span", "", maps.title || data.layer));
    if (sources.length > 1) {
      const titles = sources.map((index, i) => [i, arrays[index].title]);
      pieces.push(selected([["", titles]], kept.source, texts.everyChannel, (i) => actions.source(Number(i))));
    }
    pieces.push(selected([["", Object.entries(texts.orders)]], kept.by, texts.sorted, (by) => actions.set({ by })));
    this.scale = html("div", "scale");
    pieces.push(html("span", "gap"), this.scale, this.more(data, kept));
    this.bar.replaceChildren(...pieces);
  }

  /** How the maps are drawn: colours, scales, size; folded, and open as long as a viewer wants it. */
  more({ texts }, kept) {
    const { actions } = this;
    const box = Object.assign(html("details", "more"), { open: Boolean(kept.isMore) });
    box.addEventListener("toggle", () => {
      kept.isMore = box.open;
    });
    const own = Object.assign(html("input"), { type: "checkbox", checked: kept.own });
    own.addEventListener("change", () => actions.set({ own: own.checked }));
    const size = Object.assign(html("input"), { type: "range", min: 0, max: SIZES, value: kept.size });
    size.addEventListener("input", () => actions.set({ size: Number(size.value) }));
    const choices = [["", Object.entries(texts.colorChoices)]];
    const colors = selected(choices, kept.colors, texts.colors, (chosen) => actions.set({ colors: chosen }));
    const inside = html("div", "inside");
    inside.append(labelled(texts.colors, colors), labelled(texts.own, own), labelled(texts.size, size));
    box.append(html("summary", "", texts.more), inside);
    return box;
  }

  /** Draws the mosaic. look: { data, kept, scales, maps, channel }, the channel in focus. */
  draw({ data, kept, scales, maps, channel }) {
    const began = performance.now();
    Object.assign(this, { data, maps, channel });
    this.order = maps.order(kept.by, maps.places.get(channel) ?? 0);
    const shared = scales.sharedOf(maps);
    const { colors } = scales.colors(shared.signed);
    const width = this.box.clientWidth || UNKNOWN_WIDTH;
    const columns = columnsFor(this.order.length, maps, width, kept.size);
    const enlarge = Math.max(1, Math.ceil(SMALLEST_TILE / Math.max(maps.width, maps.height)));
    const scale = kept.own ? (place) => scales.of(maps, maps.channels[place]) : () => shared;
    const look = { columns, enlarge, colors, ground: data.ground, scale };
    this.grid = paintTiles(this.canvas, maps, this.order, look);
    this.crossOut();
    const isFew = columns < EIGHTH && this.order.length < EIGHTH;
    this.sheet.style.setProperty("--most", `${isFew ? (width * this.order.length) / EIGHTH : width}px`);
    this.markChosen(channel);
    this.drawScale(shared, colors, kept);
    this.say(maps);
    this.canvas.dataset.drawn = (performance.now() - began).toFixed(2); // ms, for the benchmark
  }

  /** Strikes through the channels that are switched off. */
  crossOut() {
    for (const silenced of this.data.silenced[this.maps.node] ?? []) {
      const index = this.order.indexOf(this.maps.places.get(silenced));
      if (index >= 0) crossOut(this.canvas, this.grid, index);
    }
  }

  /** Draws the scale that the channels share; where each has its own, only its signs. */
  drawScale({ low, high }, colors, kept) {
    const ramp = html("canvas", "ramp");
    paintRamp(ramp, colors);
    const { texts } = this.data;
    const ends = kept.own ? ["−", "+"] : [shown(low), shown(high)];
    const [first, last] = ends.map((text) => html("span", "end", text));
    this.scale.replaceChildren(first, ramp, last);
    const whole = texts.scale.replace("{low}", shown(low)).replace("{high}", shown(high));
    this.scale.title = kept.own ? texts.ownScale : whole;
  }

  /** Says what the mosaic shows, to those who cannot see it too. */
  say(maps) {
    const { texts, weights, aside } = this.data;
    const count = maps.channels.length;
    const zeros = maps.stats.zeros.reduce((sum, z) => sum + z, 0) / count;
    const line = texts.layerLine
      .replace("{n}", count.toLocaleString(texts.locale))
      .replace("{layer}", maps.title || maps.node)
      .replace("{share}", percent(zeros));
    this.caption.textContent = sentences([aside, line, oddities([[maps, this.order]], texts), weights]);
    this.canvas.setAttribute("aria-label", `${this.caption.textContent} ${texts.mosaicHelp}`);
  }

  /** Frames the channel in focus. */
  markChosen(channel) {
    this.channel = channel;
    const place = this.maps.places.get(channel);
    const mark = frameAround(this.grid, place === undefined ? -1 : this.order.indexOf(place));
    this.mark.replaceWith(mark);
    this.mark = mark;
  }

  /** The channel so many steps along the order, no farther than its ends. */
  beside(step) {
    const from = Math.max(0, this.order.indexOf(this.maps.places.get(this.channel)));
    const to = Math.min(this.order.length - 1, Math.max(0, from + step));
    return this.maps.channels[this.order[to]];
  }

  /** Arrows walk from tile to tile, Home and End to the ends, Enter to the large map. */
  key(event) {
    const { columns } = this.grid;
    const steps = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      Home: -Infinity,
      End: Infinity,
    };
    if (event.key === "Enter") this.actions.enter();
    else if (event.key in steps) this.walk(steps[event.key], columns);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Goes so many steps along the order; up and down not beyond it. */
  walk(step, columns) {
    const to = Math.max(0, this.order.indexOf(this.maps.places.get(this.channel))) + step;
    const isInside = to >= 0 && to < this.order.length;
    if (Math.abs(step) !== columns || isInside) this.actions.choose(this.maps, this.beside(step));
  }
}
