// One channel large, over the picture: each cell where its receptive field is centred; its field drawn under the cursor.
import { html } from "../shared/dom.js";
import { targetsOf } from "../shared/pointing.js";
import { clauses } from "../shared/sentences.js";
import { cellAt, fieldOf } from "./field.js";
import { shown } from "./numbers.js";
import { greyed, paintOver, paintOverRamp } from "./over.js";
import { paintRamp, paintTiles, pictureCanvas } from "./paint.js";
import { drawSheet } from "./sheet.js";
import { oddities } from "./values.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The nearest index of so many. */
const within = (index, count) => Math.min(count - 1, Math.max(0, index));

/** Returns what is said of a channel's values: their range, their zeros, its rank by energy, the colours' name. */
function figures(maps, place, texts, name) {
  const { low, high, energy, zeros } = maps.stats;
  const range = texts.range
    .replace("{low}", shown(low[place]))
    .replace("{high}", shown(high[place]))
    .replace("{zeros}", `${Math.round(zeros[place] * 100)} %`);
  const rank = energy.reduce((sum, e) => sum + (e > energy[place]), 1);
  const ranked = maps.channels.length > 1 && texts.rank.replace("{rank}", rank).replace("{n}", energy.length);
  return clauses([range, ranked, oddities([[maps, [place]]], texts), name], ".");
}

export class Large {
  /** actions: pixel(node, [row, column, channel]), silence(node, channel), enlarge(). */
  constructor(actions) {
    this.actions = actions;
    this.box = html("div", "large");
    this.title = html("div", "title");
    this.enlarge = html("button", "enlarge");
    const heading = html("div", "heading");
    heading.append(this.title, this.enlarge);
    this.canvas = html("canvas", "view");
    this.canvas.tabIndex = 0;
    this.cells = document.createElement("canvas");
    this.value = html("div", "value");
    this.opacity = Object.assign(html("input", "opacity"), { type: "range", min: 0, max: 100, value: 100 });
    this.labels = html("label", "label");
    this.smooth = Object.assign(html("input", "smooth"), { type: "checkbox" });
    this.smoothLabel = html("label", "label");
    this.range = html("div", "range");
    this.silence = html("button", "silence");
    const below = [this.labels, this.smoothLabel, this.range, this.silence];
    this.box.append(heading, this.canvas, this.value, this.makeScale(), ...below);
    this.listen();
  }

  /** Makes the scale: its colours between its ends. */
  makeScale() {
    const scale = html("div", "scale");
    this.low = html("span", "end");
    this.ramp = html("canvas", "ramp");
    this.high = html("span", "end");
    scale.append(this.low, this.ramp, this.high);
    return scale;
  }

  /** Listens to the controls, the pointer and the keys. */
  listen() {
    this.enlarge.addEventListener("click", () => this.actions.enlarge());
    this.opacity.addEventListener("input", () => this.draw());
    this.smooth.addEventListener("change", () => this.draw());
    this.silence.addEventListener("click", () => this.actions.silence(this.maps.node, this.channel));
    this.canvas.addEventListener("pointermove", (event) => this.look(this.cellUnder(event) ?? this.held ?? null));
    this.canvas.addEventListener("pointerleave", () => this.look(this.held ?? null));
    this.canvas.addEventListener("click", (event) => {
      const cell = this.cellUnder(event);
      if (cell) this.choose(cell);
    });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** Shows a channel. look: { maps, place, image, scale, colors, name, texts, ground, odd, canSilence, isSilenced, canSum,
   *  isWide, isSingle, over, unread, chosen }; `colors` as `table` makes them, `name` theirs, `over` the two colours of an explanation. */
  show(look) {
    const { maps, place, image, texts, over } = look;
    if (maps !== this.maps || place !== this.place) this.held = this.cell = look.chosen ?? null;
    if (image !== this.image) this.picture = image && pictureCanvas(over ? greyed(image) : image);
    const { ground, odd, canSum, isSilenced, unread } = look;
    const channel = maps.channels[place];
    Object.assign(this, {
      maps,
      place,
      image,
      texts,
      ground,
      odd,
      canSum,
      isSilenced,
      unread,
      channel,
      isSingle: look.isSingle,
    });
    this.write(look);
    if (over) this.showOver(over);
    else this.showValues(look);
    this.draw();
  }

  /** Writes the title and what the controls are called. */
  write({ maps, texts, canSilence, isSilenced, canSum, isWide, isSingle }) {
    const isOne = maps.channels.length === 1 && isSingle;
    const title = isOne ? maps.title : texts.channelOf.replace("{n}", this.channel).replace("{layer}", maps.node);
    this.title.textContent = isSilenced ? `${title} (${texts.off})` : title;
    this.canvas.setAttribute("aria-label", `${this.title.textContent}. ${canSum ? texts.largeHelp : ""}`);
    this.labels.replaceChildren(texts.opacity, this.opacity);
    this.opacity.setAttribute("aria-label", texts.opacity);
    this.smoothLabel.replaceChildren(this.smooth, texts.smooth);
    this.enlarge.textContent = isWide ? texts.back : "⤢";
    this.enlarge.setAttribute("aria-label", isWide ? texts.back : texts.enlarge);
    this.enlarge.title = texts.enlarge;
    this.silence.textContent = isSilenced ? texts.unsilence : texts.silence;
    this.silence.hidden = !canSilence;
  }

  /** Values in the colours of their scale. */
  showValues({ maps, place, scale, colors, ground, texts, name }) {
    this.low.textContent = shown(scale.low);
    this.high.textContent = shown(scale.high);
    this.range.textContent = figures(maps, place, texts, name);
    paintRamp(this.ramp, colors);
    paintTiles(this.cells, maps, [place], { columns: 1, enlarge: 1, colors, ground, scale: () => scale });
  }

  /** For and against a class: one scale about zero, its two ends named. */
  showOver(over) {
    const bound = Math.max(-this.maps.stats.low[0], this.maps.stats.high[0]);
    this.low.textContent = `${this.texts.against} ${shown(-bound)}`;
    this.high.textContent = `${shown(bound)} ${this.texts.for}`;
    this.range.textContent = oddities([[this.maps, [0]]], this.texts);
    paintOverRamp(this.ramp, over);
    paintOver(this.cells, this.maps, bound, over, this.odd);
  }

  /** Draws the map as the controls and the pointer have it, and says what the cell under it holds. */
  draw() {
    drawSheet(this.canvas, { ...this.sheet, opacity: this.opacity.value / 100, isSmooth: this.smooth.checked });
    this.say();
  }

  /** What the sheet is drawn from. */
  get sheet() {
    const { maps, place, image, picture, cells, ground, odd, cell, isSilenced, unread } = this;
    return { maps, place, image, picture, cells, ground, odd, cell, isSilenced, unread };
  }

  /** Says what the cell holds and how much of the picture it sees; without a cell, that one can point. */
  say() {
    const { texts, maps, image, cell } = this;
    if (!cell) {
      this.value.textContent = this.canSum ? texts.hoverSum : maps.field ? texts.hover : texts.hoverPixel;
      return;
    }
    const [row, column] = cell;
    const value = shown(maps.at(this.place, row, column));
    const parts = [texts.value.replace("{row}", row).replace("{column}", column).replace("{value}", value)];
    if (maps.field && image) {
      const field = fieldOf(cell, maps, image);
      parts.push(texts.field.replace("{size}", `${field.tall}×${field.wide}`));
      const [tall, wide] = [Math.max(0, field.bottom - field.top), Math.max(0, field.right - field.left)];
      if (field.isClipped) parts.push(texts.clipped.replace("{size}", `${tall}×${wide}`));
    }
    this.value.textContent = clauses(parts);
  }

  /** The cell under the pointer, null beside the map. */
  cellUnder(event) {
    const rect = this.canvas.getBoundingClientRect();
    const at = [(event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height];
    return cellAt(at, this.maps, this.image);
  }

  /** Frames the cell that a lesson's word points at, in a map that stands alone. */
  light(names) {
    const cell = (targetsOf(names, "cell")[0] ?? "").split(",").map(Number);
    const isHere = this.isSingle && cell[0] < this.maps.height && cell[1] < this.maps.width;
    if (isHere || this.isLit) this.look(isHere ? cell : (this.held ?? null));
    this.isLit = isHere;
  }

  /** Looks at another cell, or at none. */
  look(cell) {
    if (String(cell) === String(this.cell)) return;
    this.cell = cell;
    this.draw();
  }

  /** Arrows walk from cell to cell, the first one from the middle; Enter chooses. */
  key(event) {
    const step = STEPS[event.key];
    if (step) this.walk(step);
    else if (event.key === "Enter" && this.cell) this.choose(this.cell);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Goes so many rows and columns on from the cell, if there is one, and holds what it comes to. */
  walk([down, right]) {
    const { width, height } = this.maps;
    const middle = [Math.floor(height / 2), Math.floor(width / 2)];
    this.held = this.cell && [within(this.cell[0] + down, height), within(this.cell[1] + right, width)];
    this.look(this.held ?? middle);
  }

  /** Holds a cell; its sum may be asked for. */
  choose(cell) {
    this.held = cell;
    this.cell = cell;
    this.draw();
    this.actions.pixel(this.maps.node, [...cell, this.channel]);
  }
}
