// One channel large, over the picture: each cell where its receptive field is centred; its field drawn under the cursor.

import { greyed, paintOver, paintOverRamp } from "./over.js";
import { BORDER, crossOut, paintRamp, paintTiles, pictureCanvas } from "./paint.js";
import { oddities, shown } from "./values.js";
import { clauses } from "./words.js";

const SIDE = 720; // canvas pixels of the longer side

export class Large {
  constructor(make, { onPixel, onSilence, onEnlarge }) {
    this.onPixel = onPixel;
    this.box = make("large");
    this.title = make("title");
    this.enlarge = make("enlarge", "button");
    this.enlarge.addEventListener("click", onEnlarge);
    const heading = make("heading");
    heading.append(this.title, this.enlarge);
    this.canvas = make("view", "canvas");
    this.canvas.tabIndex = 0;
    this.cells = document.createElement("canvas");
    this.value = make("value");
    this.opacity = Object.assign(make("opacity", "input"), { type: "range", min: 0, max: 100, value: 100 });
    this.opacity.addEventListener("input", () => this.draw());
    this.labels = make("label", "label");
    this.smooth = Object.assign(make("smooth", "input"), { type: "checkbox" });
    this.smooth.addEventListener("change", () => this.draw());
    this.smoothLabel = make("label", "label");
    this.ramp = make("ramp", "canvas");
    this.range = make("range");
    this.silence = make("silence", "button");
    this.silence.addEventListener("click", () => onSilence(this.maps.node, this.channel));
    const bar = make("scale");
    bar.append((this.low = make("end", "span")), this.ramp, (this.high = make("end", "span")));
    this.box.append(heading, this.canvas, this.value, bar, this.labels, this.smoothLabel, this.range, this.silence);
    this.listen();
  }

  show({ maps, place, image, scale, colors, name, texts, ground, odd, canSilence, isSilenced, canSum, isWide, over }) {
    if (maps !== this.maps || place !== this.place) this.cell = null;
    Object.assign(this, { maps, place, texts, ground, odd, canSum, isSilenced });
    this.channel = maps.channels[place];
    if (image !== this.image) {
      this.image = image;
      this.picture = image && pictureCanvas(over ? greyed(image) : image);
    }
    this.title.textContent =
      maps.channels.length > 1 || !maps.single
        ? texts.channelOf.replace("{n}", this.channel).replace("{layer}", maps.node)
        : maps.title;
    if (isSilenced) this.title.append(` (${texts.off})`);
    this.canvas.setAttribute("aria-label", `${this.title.textContent}. ${canSum ? texts.largeHelp : ""}`);
    this.labels.replaceChildren(texts.opacity, this.opacity);
    this.opacity.setAttribute("aria-label", texts.opacity);
    this.smoothLabel.replaceChildren(this.smooth, texts.smooth);
    this.enlarge.textContent = isWide ? texts.back : "⤢";
    this.enlarge.setAttribute("aria-label", isWide ? texts.back : texts.enlarge);
    this.enlarge.title = texts.enlarge;
    this.silence.textContent = isSilenced ? texts.unsilence : texts.silence;
    this.silence.hidden = !canSilence;
    const { low, high, energy, zeros } = maps.stats;
    const rank = energy.reduce((sum, e) => sum + (e > energy[place]), 1);
    this.low.textContent = shown(scale.low);
    this.high.textContent = shown(scale.high);
    const fill = texts.range
      .replace("{low}", shown(low[place]))
      .replace("{high}", shown(high[place]))
      .replace("{zeros}", `${Math.round(zeros[place] * 100)} %`);
    const ranked = texts.rank.replace("{rank}", rank).replace("{n}", energy.length);
    this.range.textContent = clauses(
      [fill, maps.channels.length > 1 && ranked, oddities([[maps, [place]]], texts), name],
      ".",
    );
    if (over) this.showOver(over);
    else {
      paintRamp(this.ramp, colors);
      paintTiles(this.cells, maps, [place], { columns: 1, enlarge: 1, colors, ground, scale: () => scale });
    }
    this.draw();
  }

  // For and against a class: one scale about zero, its two ends named.
  showOver(over) {
    const bound = Math.max(-this.maps.stats.low[0], this.maps.stats.high[0]);
    this.low.textContent = `${this.texts.against} ${shown(-bound)}`;
    this.high.textContent = `${shown(bound)} ${this.texts.for}`;
    this.range.textContent = oddities([[this.maps, [0]]], this.texts);
    paintOverRamp(this.ramp, over);
    paintOver(this.cells, this.maps, bound, over, this.odd);
  }

  // The picture's size, px; without a field (a map that is the picture's own) a cell is a pixel.
  get frame() {
    const { field, width, height } = this.maps;
    return this.image && field ? { width: this.image.width, height: this.image.height } : { width, height };
  }

  // Where a cell's square begins and how wide it is, along one axis, px of the picture.
  square(axis, index) {
    const field = this.maps.field?.[axis];
    if (!field || !this.image) return [index, 1];
    const [size, stride, start] = field;
    return [start + index * stride + (size - stride) / 2, stride];
  }

  draw() {
    const { width, height } = this.frame;
    const zoom = SIDE / Math.max(width, height);
    Object.assign(this.canvas, { width: Math.round(width * zoom), height: Math.round(height * zoom) });
    const pen = this.canvas.getContext("2d");
    pen.imageSmoothingEnabled = false;
    pen.fillStyle = `rgb(${this.ground})`;
    pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    if (this.picture) pen.drawImage(this.picture, 0, 0, this.canvas.width, this.canvas.height);
    const [top, tall] = this.square(0, 0);
    const [left, wide] = this.square(1, 0);
    pen.globalAlpha = this.picture ? this.opacity.value / 100 : 1;
    pen.imageSmoothingEnabled = this.smooth.checked;
    pen.drawImage(
      this.cells,
      BORDER,
      BORDER,
      this.maps.width,
      this.maps.height,
      left * zoom,
      top * zoom,
      wide * this.maps.width * zoom,
      tall * this.maps.height * zoom,
    );
    pen.globalAlpha = 1;
    this.markOdd(pen, zoom);
    if (this.isSilenced)
      crossOut(this.canvas, { tileWidth: this.canvas.width, tileHeight: this.canvas.height, columns: 1 }, 0);
    this.zoom = zoom;
    if (this.cell) this.drawField(pen, zoom);
    this.say();
  }

  // Cells that hold no number keep their mark: the picture does not shine through, neighbours do not blend in.
  markOdd(pen, zoom) {
    if (!this.maps.stats.odd[this.place]) return;
    pen.fillStyle = `rgb(${this.odd})`;
    for (let row = 0; row < this.maps.height; row++) {
      for (let column = 0; column < this.maps.width; column++) {
        if (Number.isFinite(this.maps.at(this.place, row, column))) continue;
        const [[y, h], [x, w]] = [this.square(0, row), this.square(1, column)];
        pen.fillRect(x * zoom, y * zoom, w * zoom, h * zoom);
      }
    }
  }

  drawField(pen, zoom) {
    const outline = (x, y, w, h, color, width) => {
      pen.lineWidth = width + 3;
      pen.strokeStyle = "black";
      pen.strokeRect(x, y, w, h);
      pen.lineWidth = width;
      pen.strokeStyle = color;
      pen.strokeRect(x, y, w, h);
    };
    const [row, column] = this.cell;
    const [[y, h], [x, w]] = [this.square(0, row), this.square(1, column)];
    if (this.maps.field && this.image) {
      const { top, bottom, left, right } = this.fieldOf(row, column);
      outline(left * zoom + 2, top * zoom + 2, (right - left) * zoom - 4, (bottom - top) * zoom - 4, "#ff9d00", 4);
    }
    outline(x * zoom, y * zoom, w * zoom, h * zoom, "white", 3);
  }

  // A cell's receptive field on the picture, clipped at its border.
  fieldOf(row, column) {
    const [[tall, down, top], [wide, along, left]] = this.maps.field;
    const whole = {
      top: top + row * down,
      bottom: top + row * down + tall,
      left: left + column * along,
      right: left + column * along + wide,
    };
    const { width, height } = this.image;
    const clipped = {
      top: Math.max(0, whole.top),
      bottom: Math.min(height, whole.bottom),
      left: Math.max(0, whole.left),
      right: Math.min(width, whole.right),
    };
    const isClipped = Object.keys(whole).some((side) => whole[side] !== clipped[side]);
    return { ...clipped, tall, wide, isClipped };
  }

  say() {
    if (!this.cell) {
      this.value.textContent = this.canSum
        ? this.texts.hoverSum
        : this.maps.field
          ? this.texts.hover
          : this.texts.hoverPixel;
      return;
    }
    const [row, column] = this.cell;
    const spot = this.texts.value
      .replace("{row}", row)
      .replace("{column}", column)
      .replace("{value}", shown(this.maps.at(this.place, row, column)));
    const sees = [];
    if (this.maps.field && this.image) {
      const field = this.fieldOf(row, column);
      sees.push(this.texts.field.replace("{size}", `${field.tall}×${field.wide}`));
      if (field.isClipped)
        sees.push(
          this.texts.clipped.replace(
            "{size}",
            `${Math.max(0, field.bottom - field.top)}×${Math.max(0, field.right - field.left)}`,
          ),
        );
    }
    this.value.textContent = clauses([spot, ...sees]);
  }

  listen() {
    const at = (event) => {
      const rect = this.canvas.getBoundingClientRect();
      const [x, y] = [
        ((event.clientX - rect.left) / rect.width) * this.frame.width,
        ((event.clientY - rect.top) / rect.height) * this.frame.height,
      ];
      const [top, tall] = this.square(0, 0);
      const [left, wide] = this.square(1, 0);
      const [row, column] = [Math.floor((y - top) / tall), Math.floor((x - left) / wide)];
      return row >= 0 && column >= 0 && row < this.maps.height && column < this.maps.width ? [row, column] : null;
    };
    const move = (cell) => {
      if (String(cell) === String(this.cell)) return;
      this.cell = cell;
      this.draw();
    };
    this.canvas.addEventListener("pointermove", (event) => move(at(event) ?? this.held ?? null));
    this.canvas.addEventListener("pointerleave", () => move(this.held ?? null));
    this.canvas.addEventListener("click", (event) => {
      const cell = at(event);
      if (cell) this.choose(cell);
    });
    this.canvas.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (step) {
        const [row, column] = this.cell ?? [Math.floor(this.maps.height / 2), Math.floor(this.maps.width / 2)];
        this.held = this.cell && [
          Math.min(this.maps.height - 1, Math.max(0, row + step[0])),
          Math.min(this.maps.width - 1, Math.max(0, column + step[1])),
        ];
        move(this.held ?? [row, column]);
      } else if (event.key === "Enter" && this.cell) this.choose(this.cell);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  choose(cell) {
    this.held = cell;
    this.cell = cell;
    this.draw();
    this.onPixel?.(this.maps.node, [...cell, this.channel]);
  }
}
