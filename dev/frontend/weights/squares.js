// A BatchNorm's numbers as squares, a channel each: what it keeps of each; the channel chosen in one sheet is chosen in all.
// Sizes are CSS px.
import { LEVELS, table } from "../maps/paint.js";
import { html } from "../shared/dom.js";

const HIGH_PX = 96; // as high as one sheet may stand
const [LEAST_PX, MOST_PX] = [5, 22];
const ODD = [255, 0, 255];
const OFF = 0.01;
const DARK = "#181a1e";
const SHEETS = { scales: "viridis", shifts: "red-blue", means: "red-blue", deviations: "viridis" };

/** Returns a number in three digits with a true minus. */
export const figure = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

/** Returns the square's side for so many of them in a box, and how many stand side by side. */
export function gridFor(count, width, height) {
  for (let side = MOST_PX; side > LEAST_PX; side--) {
    const columns = Math.floor(width / side);
    if (columns * Math.floor(height / side) >= count) return { side, columns };
  }
  return { side: LEAST_PX, columns: Math.max(1, Math.floor(width / LEAST_PX)) };
}

/** Returns how large the largest number is, whatever its sign. */
const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

export class Squares {
  /** Makes the squares of a BatchNorm of a header; `jump` takes a channel of it that is to be seen elsewhere. */
  constructor(data, norm, channel, jump) {
    const last = norm.scales.length - 1;
    Object.assign(this, { data, norm, jump, channel: Math.max(0, Math.min(last, channel ?? 0)) });
    const { texts } = data;
    this.box = html("figure", "norm");
    this.holder = html("div", "holder");
    this.sheets = Object.keys(SHEETS).map((name, index) => this.sheet(name, texts.keys[name], index === 0));
    this.said = html("p", "said");
    this.box.append(html("figcaption", "", norm.isBefore ? texts.before : texts.behind), this.said, this.holder);
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.holder);
  }

  /** Returns one sheet of squares with its key above it; the first one takes the arrow keys for all. */
  sheet(name, key, hasKeys) {
    const values = this.norm[name];
    const most = largest(values) || 1;
    const canvas = html("canvas", "squares");
    canvas.addEventListener("click", (event) => this.pointed(event));
    if (hasKeys) {
      canvas.tabIndex = 0;
      canvas.setAttribute("role", "slider");
      canvas.addEventListener("keydown", (event) => this.pressed(event));
    } else canvas.setAttribute("aria-hidden", "true");
    const box = html("div", "sheet");
    box.append(html("span", "key", key.replace("{value}", figure(largest(values)))), canvas);
    this.holder.append(box);
    return { name, values, most, canvas };
  }

  /** Paints all squares for the width that there is. */
  paint() {
    const width = this.sheets[0].canvas.parentElement.clientWidth;
    if (!width) return;
    const count = this.norm.scales.length;
    this.grid = gridFor(count, width, HIGH_PX);
    const { columns, side } = this.grid;
    const sharp = Math.max(1, window.devicePixelRatio);
    const size = { width: columns * side, height: Math.ceil(count / columns) * side };
    for (const sheet of this.sheets) {
      Object.assign(sheet.canvas, { width: size.width * sharp, height: size.height * sharp });
      sheet.canvas.style.width = `${size.width}px`;
      const pen = sheet.canvas.getContext("2d");
      pen.scale(sharp, sharp);
      const colors = table(SHEETS[sheet.name], ODD);
      sheet.values.forEach((value, channel) => {
        const isSigned = SHEETS[sheet.name] === "red-blue";
        const share = isSigned ? (value / sheet.most + 1) / 2 : Math.abs(value) / sheet.most;
        this.square(pen, channel, colors[Math.round(share * (LEVELS - 1))], sheet.name === "scales" && share <= OFF);
      });
      this.frame(pen);
    }
    this.say();
  }

  /** Paints one square; a channel that is off is crossed out. */
  square(pen, channel, color, isOff) {
    const { side, columns } = this.grid;
    const [x, y, room] = [(channel % columns) * side, Math.floor(channel / columns) * side, side > 7 ? 1 : 0.5];
    pen.fillStyle = isOff ? DARK : `rgb(${color & 255} ${(color >> 8) & 255} ${(color >> 16) & 255})`;
    pen.fillRect(x, y, side - room, side - room);
    if (!isOff) return;
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 1;
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

  /** Says the channel that is chosen and its numbers, with the way to its maps. */
  say() {
    const { texts, canJump } = this.data;
    const { norm, channel } = this;
    const own = { scale: norm.scales, shift: norm.shifts, mean: norm.means, deviation: norm.deviations };
    const text = Object.entries(own).reduce(
      (said, [name, values]) => said.replace(`{${name}}`, figure(values[channel])),
      texts.channel.replace("{n}", channel),
    );
    const parts = [html("span", "", text)];
    if (canJump) {
      const way = html("button", "jump", texts.jump.replace("{n}", channel));
      way.addEventListener("click", () => this.jump(norm.id, channel));
      parts.push(way);
    }
    this.said.replaceChildren(...parts);
    const [{ canvas }] = this.sheets;
    const range = { min: 0, max: norm.scales.length - 1, now: channel };
    for (const [name, number] of Object.entries(range)) canvas.setAttribute(`aria-value${name}`, number);
    canvas.setAttribute("aria-label", norm.isBefore ? texts.before : texts.behind);
    canvas.setAttribute("aria-valuetext", text);
  }

  /** Chooses the channel under the pointer. */
  pointed({ offsetX, offsetY }) {
    const { side, columns } = this.grid;
    this.to(Math.floor(offsetY / side) * columns + Math.floor(offsetX / side));
  }

  /** Goes from channel to channel by the arrow keys, and to the first and the last. */
  pressed(event) {
    const { channel, grid, norm } = this;
    const { columns } = grid;
    const places = {
      ArrowLeft: channel - 1,
      ArrowRight: channel + 1,
      ArrowUp: channel - columns,
      ArrowDown: channel + columns,
      Home: 0,
      End: norm.scales.length - 1,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    this.to(place);
  }

  /** Chooses a channel, if there is one. */
  to(channel) {
    if (channel < 0 || channel >= this.norm.scales.length) return;
    this.channel = channel;
    this.paint();
  }

  /** The layer is gone from the page. */
  leave() {
    this.observer.disconnect();
  }
}
