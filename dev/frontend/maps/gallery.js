// Every channel of a layer as one mosaic, in an order; one of them is in focus.
import { labelled, make, selected, written } from "./dom.js";
import { markOf } from "./hero.js";
import { crossOut, paintRamp, paintTiles } from "./paint.js";
import { oddities, shown } from "./values.js";
import { percent, sentences } from "./words.js";

const SMALLEST_TILE = 14; // canvas pixels
const LEAST_WIDTH = 18; // of a tile on the page, px
const EIGHTH = 8;

export class Gallery {
  // acts: choose(maps, channel), layer(id), source(index), set(parts), enter(), point(canvas, what).
  constructor(acts) {
    this.acts = acts;
    this.box = make("gallery");
    this.bar = make("bar");
    this.sheet = make("sheet");
    this.canvas = make("mosaic", "canvas");
    this.canvas.tabIndex = 0;
    this.caption = make("caption", "p");
    this.sheet.append(this.canvas, make("mark"));
    this.box.append(this.bar, this.sheet, this.caption);
    acts.point(this.canvas, () => ({ maps: this.maps, places: this.order, grid: this.grid }));
    this.canvas.addEventListener("keydown", (event) => this.walk(event));
  }

  drawBar({ data, kept, maps }) {
    const { texts, sources, arrays, layers } = data;
    const { acts } = this;
    const pieces = [written("lead", texts.everyChannel, "span")];
    if (layers.length) pieces.push(selected(layers, data.layer, texts.layer, acts.layer));
    else if (sources.length === 1) pieces.push(written("", maps.title || data.layer, "span"));
    if (sources.length > 1)
      pieces.push(
        selected([["", sources.map((index, i) => [i, arrays[index].title])]], kept.source, texts.everyChannel, (i) =>
          acts.source(Number(i)),
        ),
      );
    pieces.push(selected([["", Object.entries(texts.orders)]], kept.by, texts.sorted, (by) => acts.set({ by })));
    this.scale = make("scale");
    pieces.push(make("gap", "span"), this.scale, this.more(data, kept));
    this.bar.replaceChildren(...pieces);
  }

  // How the maps are drawn: colours, scales, size; folded, and open as long as a viewer wants it.
  more({ texts }, kept) {
    const { acts } = this;
    const box = Object.assign(make("more", "details"), { open: Boolean(kept.isMore) });
    box.addEventListener("toggle", () => (kept.isMore = box.open));
    const own = Object.assign(document.createElement("input"), { type: "checkbox", checked: kept.own });
    own.addEventListener("change", () => acts.set({ own: own.checked }));
    const size = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 6, value: kept.size });
    size.addEventListener("input", () => acts.set({ size: Number(size.value) }));
    const inside = make("inside");
    inside.append(
      labelled(
        texts.colors,
        selected([["", Object.entries(texts.colorChoices)]], kept.colors, texts.colors, (colors) =>
          acts.set({ colors }),
        ),
      ),
      labelled(texts.own, own),
      labelled(texts.size, size),
    );
    box.append(written("", texts.more, "summary"), inside);
    return box;
  }

  draw({ data, kept, scales, maps, channel }) {
    const began = performance.now();
    Object.assign(this, { data, maps, channel });
    this.order = maps.order(kept.by, maps.places.get(channel) ?? 0);
    const shared = scales.sharedOf(maps);
    const { colors } = scales.colors(shared.signed);
    const width = this.box.clientWidth || 800;
    // Wide rather than tall, no tile larger than an eighth; the slider makes them larger.
    const even = Math.sqrt((this.order.length * maps.height) / maps.width);
    const fitting = Math.min(Math.max(EIGHTH, even), width / LEAST_WIDTH);
    const columns = Math.max(1, Math.min(this.order.length, Math.round(fitting / 2 ** (kept.size / 2))));
    const enlarge = Math.max(1, Math.ceil(SMALLEST_TILE / Math.max(maps.width, maps.height)));
    this.grid = paintTiles(this.canvas, maps, this.order, {
      columns,
      enlarge,
      colors,
      ground: data.ground,
      scale: kept.own ? (place) => scales.of(maps, maps.channels[place]) : () => shared,
    });
    for (const silenced of data.silenced[maps.node] ?? []) {
      const index = this.order.indexOf(maps.places.get(silenced));
      if (index >= 0) crossOut(this.canvas, this.grid, index);
    }
    const most = columns < EIGHTH && this.order.length < EIGHTH ? (width * this.order.length) / EIGHTH : width;
    this.sheet.style.setProperty("--most", `${most}px`);
    this.markChosen(channel);
    this.drawScale(shared, colors, kept);
    this.say(maps);
    this.canvas.dataset.drawn = (performance.now() - began).toFixed(2);
  }

  drawScale({ low, high }, colors, kept) {
    const ramp = make("ramp", "canvas");
    paintRamp(ramp, colors);
    const { texts } = this.data;
    const ends = kept.own ? ["−", "+"] : [shown(low), shown(high)];
    this.scale.replaceChildren(written("end", ends[0], "span"), ramp, written("end", ends[1], "span"));
    this.scale.title = kept.own
      ? texts.ownScale
      : texts.scale.replace("{low}", shown(low)).replace("{high}", shown(high));
  }

  say(maps) {
    const { texts, weights, aside } = this.data;
    const zeros = maps.stats.zeros.reduce((sum, z) => sum + z, 0) / maps.channels.length;
    const line = texts.layerLine
      .replace("{n}", maps.channels.length.toLocaleString(texts.locale))
      .replace("{layer}", maps.title || maps.node)
      .replace("{share}", percent(zeros));
    this.caption.textContent = sentences([aside, line, oddities([[maps, this.order]], texts), weights]);
    this.canvas.setAttribute("aria-label", `${this.caption.textContent} ${texts.mosaicHelp}`);
  }

  markChosen(channel) {
    this.channel = channel;
    const place = this.maps.places.get(channel);
    this.sheet
      .querySelector(".mark")
      .replaceWith(markOf(this.grid, place === undefined ? -1 : this.order.indexOf(place)));
  }

  // The channel so many steps along the order, or null past its ends.
  beside(step) {
    const from = this.order.indexOf(this.maps.places.get(this.channel));
    const to = Math.min(this.order.length - 1, Math.max(0, Math.max(0, from) + step));
    return this.maps.channels[this.order[to]];
  }

  walk(event) {
    const { columns } = this.grid;
    const step = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      Home: -Infinity,
      End: Infinity,
    }[event.key];
    if (event.key === "Enter") this.acts.enter();
    else if (step === undefined) return;
    else {
      const from = Math.max(0, this.order.indexOf(this.maps.places.get(this.channel)));
      const isInside = from + step >= 0 && from + step < this.order.length;
      if (Math.abs(step) !== columns || isInside) this.acts.choose(this.maps, this.beside(step));
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
