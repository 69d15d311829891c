// The strip that a view opens with: a block's sum, x + F(x) = sum → output, or two answers and their difference; for one
// channel, or for the strongest as mosaics with the same channels in the same places. One scale stands beside all of it.
import { html } from "../shared/dom.js";
import { light, targetsOf } from "../shared/pointing.js";
import { sentences } from "../shared/sentences.js";
import { behind, pressed, replace } from "./controls.js";
import { frameCell } from "./marks.js";
import { shown } from "./numbers.js";
import { stops } from "./paint.js";
import { strengths } from "./strengths.js";
import { tileOf } from "./tile.js";
import { oddities } from "./values.js";
import { channelWords } from "./words.js";

const COUNTS = [1, 4, 16, 64];

export class Hero {
  /** actions: choose(maps, channel), count(n), step(by), point(canvas, what, hover). */
  constructor(actions) {
    this.actions = actions;
    this.box = html("div", "hero");
    this.head = html("div", "bar");
    this.strip = html("div", "strip");
    this.strip.tabIndex = 0;
    this.strip.setAttribute("role", "group");
    this.under = html("div", "under");
    this.box.append(this.head, this.strip, this.under);
    this.strip.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      actions.step(step);
    });
  }

  /** Draws the strip. look: { data, kept, scales, channel } with the channel in focus. */
  draw(look) {
    const { data, kept } = look;
    Object.assign(this, look);
    this.signals = data.strip.map((index) => data.arrays[index]);
    this.box.hidden = !this.signals.length;
    if (this.box.hidden) return;
    const own = this.signals[0];
    const last = this.signals.at(-1);
    this.isMissing = !own.places.has(this.channel) && this.channel < data.total;
    if (!own.places.has(this.channel)) this.channel = last.channels[last.order("energy")[0]];
    this.channels = this.chosen(Math.min(kept.count, own.channels.length));
    this.box.classList.toggle("waiting", this.isMissing);
    this.box.classList.toggle("one", this.isOne);
    this.drawHead(own);
    this.drawStrip();
    this.drawUnder();
  }

  /** Whether one channel is shown, not several. */
  get isOne() {
    return this.channels.length === 1;
  }

  /** The strongest of the last signal, the one in focus always among them. */
  chosen(count) {
    const last = this.signals.at(-1);
    const strongest = last
      .order("energy")
      .slice(0, count)
      .map((place) => last.channels[place]);
    return strongest.includes(this.channel) ? strongest : [...strongest.slice(0, -1), this.channel];
  }

  /** Draws the controls: how many channels, and the number of the one in focus. */
  drawHead(own) {
    const { kept, actions } = this;
    const { texts } = this.data;
    const lead = this.isOne
      ? texts.leadOne.replace("{n}", this.channel)
      : texts.leadMany.replace("{n}", this.channels.length);
    const counts = html("div", "segments");
    const offered = COUNTS.filter((_n, i) => i === 0 || own.channels.length > COUNTS[i - 1]);
    for (const count of offered) {
      counts.append(pressed(count === 1 ? texts.one : count, kept.count === count, () => actions.count(count)));
    }
    const why = this.isOne && this.channel === this.data.first ? (texts.whyFirst ?? "") : "";
    const said = [html("span", "lead", lead), html("span", "why", why)];
    replace(this.head, ...said, html("span", "gap"), counts, this.numberBox());
  }

  /** Returns the box that takes a channel's number. */
  numberBox() {
    const { total, texts } = this.data;
    const box = Object.assign(html("input"), { type: "number", min: 0, max: total - 1, value: this.channel });
    box.setAttribute("aria-label", texts.number);
    box.title = texts.number;
    box.addEventListener("change", () => {
      const channel = Number(box.value);
      const isKnown = box.value !== "" && Number.isInteger(channel) && channel >= 0 && channel < total;
      box.setCustomValidity(isKnown ? "" : texts.noChannel);
      if (box.reportValidity()) this.actions.choose(this.signals.at(-1), channel);
    });
    return box;
  }

  /** Draws the signals and their scale. */
  drawStrip() {
    const { data } = this;
    this.strip.setAttribute("aria-label", data.texts.stripHelp);
    this.tiles = data.strip.map((_array, index) => tileOf(index, this));
    for (const tile of this.tiles)
      this.actions.point(
        tile.canvas,
        () => tile,
        (cell) => this.pointAt(cell),
      );
    this.strip.classList.toggle("bare", !data.notes.some(Boolean));
    this.strip.replaceChildren(...this.tiles.map((tile) => tile.box), this.scaleBar());
    this.pointAt(this.cell);
  }

  /** Frames one cell in all maps: its numbers make the sum that the titles write. */
  pointAt(cell) {
    this.cell = this.isOne ? cell : null;
    for (const { maps, grid, spot, number } of this.tiles) {
      spot.hidden = !this.cell;
      number.textContent = "";
      if (!this.cell) continue;
      number.textContent = shown(maps.at(maps.places.get(this.channel), this.cell.row, this.cell.column));
      frameCell(spot, grid, maps, this.cell);
    }
  }

  /** Lights up the map, and frames the cell, that a lesson's word points at. */
  light(names) {
    const kinds = targetsOf(names, "map");
    const boxes = [...this.strip.querySelectorAll(".tile")];
    light(
      this.strip,
      boxes.filter((box) => kinds.some((kind) => box.classList.contains(kind))),
    );
    const [row, column] = (targetsOf(names, "cell")[0] ?? "").split(",").map(Number);
    const [first] = this.signals ?? [];
    const cell = first && row < first.height && column < first.width ? { row, column } : null;
    if (cell || this.isLit) this.pointAt(cell);
    this.isLit = Boolean(cell);
  }

  /** Returns the scale beside the strip. */
  scaleBar() {
    const bar = html("div", "bound");
    const ramp = html("div", "ramp");
    ramp.style.setProperty("--ramp", stops(this.scales.colors(true).colors));
    const { texts } = this.data;
    const isMany = this.kept.own && !this.isOne;
    const { high } = this.scales.of(this.signals[0], this.channel);
    const ends = html("div", "ends");
    ends.append(...(isMany ? ["+", "0", "−"] : [shown(high), "0", shown(-high)]).map((text) => html("span", "", text)));
    bar.title = isMany ? texts.ownScale : texts.scale.replace("{low}", shown(-high)).replace("{high}", shown(high));
    bar.append(ramp, ends);
    return bar;
  }

  /** Says below the strip what it shows, and how strong the channels are. */
  drawUnder() {
    const { data, channels } = this;
    const words = html("div", "words");
    const sentence = this.isOne && data.strengths ? channelWords(data, this.channel) : "";
    if (sentence) words.append(html("p", "said", sentence));
    const strange = oddities(
      this.signals.map((maps) => [maps, channels.map((c) => maps.places.get(c))]),
      data.texts,
    );
    const whole = sentences([...data.sentences, strange]);
    if (whole) words.append(html("p", "whole", whole));
    if (data.figures.length) words.append(behind(data.texts.figures, data.figures));
    const choose = (channel) => this.actions.choose(this.signals.at(-1), channel);
    replace(this.under, words, ...(data.strengths ? [strengths(data, channels, this.channel, choose)] : []));
  }
}
