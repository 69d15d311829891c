// The strip that a view opens with: a block's sum, x + F(x) = sum → output, or two answers and their difference; for one
// channel, or for the strongest as mosaics with the same channels in the same places. One scale stands beside all of it.
import { behind, make, pressed, replace, written } from "./dom.js";
import { BORDER, crossOut, paintTiles, stops } from "./paint.js";
import { strengths } from "./strengths.js";
import { oddities, shown } from "./values.js";
import { channelWords, sentences } from "./words.js";

const COUNTS = [1, 4, 16, 64];
const SIDE = 220; // canvas pixels of a signal; beside a 2×2 map even a line of one pixel is thick

export class Hero {
  // acts: choose(maps, channel), count(n), step(by), point(canvas, what, hover).
  constructor(acts) {
    this.acts = acts;
    this.box = make("hero");
    this.head = make("bar");
    this.strip = make("strip");
    this.strip.tabIndex = 0;
    this.strip.setAttribute("role", "group");
    this.under = make("under");
    this.box.append(this.head, this.strip, this.under);
    this.strip.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      acts.step(step);
    });
  }

  // look: { data, kept, scales, channel } with the channel in focus.
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
    this.box.classList.toggle("one", this.channels.length === 1);
    this.drawHead(own);
    this.drawStrip();
    this.drawUnder();
  }

  // The strongest of the last signal, the one in focus always among them.
  chosen(count) {
    const last = this.signals.at(-1);
    const strongest = last
      .order("energy")
      .slice(0, count)
      .map((place) => last.channels[place]);
    return strongest.includes(this.channel) ? strongest : [...strongest.slice(0, -1), this.channel];
  }

  drawHead(own) {
    const { data, kept, acts } = this;
    const { texts } = data;
    const lead =
      this.channels.length === 1
        ? texts.leadOne.replace("{n}", this.channel)
        : texts.leadMany.replace("{n}", this.channels.length);
    const counts = make("segments");
    for (const count of COUNTS.filter((n, i) => i === 0 || own.channels.length > COUNTS[i - 1])) {
      counts.append(pressed(count === 1 ? texts.one : count, kept.count === count, () => acts.count(count)));
    }
    const number = Object.assign(document.createElement("input"), {
      type: "number",
      min: 0,
      max: data.total - 1,
      value: this.channel,
    });
    number.setAttribute("aria-label", texts.number);
    number.title = texts.number;
    number.addEventListener("change", () => {
      const channel = Number(number.value);
      const isKnown = number.value !== "" && Number.isInteger(channel) && channel >= 0 && channel < data.total;
      number.setCustomValidity(isKnown ? "" : texts.noChannel);
      if (number.reportValidity()) acts.choose(this.signals.at(-1), channel);
    });
    replace(this.head, written("lead", lead, "span"), make("gap", "span"), counts, number);
  }

  drawStrip() {
    const { data } = this;
    this.strip.setAttribute("aria-label", data.texts.stripHelp);
    this.cells = [];
    const tiles = this.signals.map((maps, index) => this.tile(maps, index));
    this.strip.classList.toggle("bare", !data.notes.some(Boolean));
    this.strip.replaceChildren(...tiles, this.scaleBar());
    this.pointAt(this.cell);
  }

  // One cell in all maps: its numbers make the sum that the titles write.
  pointAt(cell) {
    this.cell = this.channels.length === 1 ? cell : null;
    this.cells.forEach(({ maps, grid, spot, number }) => {
      spot.hidden = !this.cell;
      number.textContent = this.cell
        ? shown(maps.at(maps.places.get(this.channel), this.cell.row, this.cell.column))
        : "";
      if (this.cell) place(spot, grid, maps, this.cell);
    });
  }

  tile(maps, index) {
    const { data, channels } = this;
    const [title, joint, kind, off] = [data.titles[index], data.joints[index], data.kinds[index], data.off[index]];
    const tile = make(`tile ${kind}`);
    tile.classList.toggle("off", Boolean(off));
    const name = make("name");
    name.append(written("", title, "b"));
    const silenced = data.silenced[maps.node] ?? [];
    const said = off || (channels.length === 1 && silenced.includes(this.channel) ? data.texts.off : "");
    if (said) name.append(written("cut", said, "span"));
    const number = make("number", "span");
    name.append(number);
    const frame = make("frame");
    const canvas = make("cells", "canvas");
    const places = channels.map((channel) => maps.places.get(channel));
    const columns = Math.ceil(Math.sqrt(places.length));
    const enlarge = Math.max(1, Math.ceil(SIDE / columns / Math.max(maps.width, maps.height)));
    const grid = paintTiles(canvas, maps, places, {
      columns,
      enlarge,
      ground: data.ground,
      colors: this.scales.colors(true).colors,
      scale: (place) => this.scales.of(maps, maps.channels[place]),
    });
    channels.forEach((channel, at) => silenced.includes(channel) && crossOut(canvas, grid, at));
    canvas.setAttribute("role", "img");
    canvas.setAttribute(
      "aria-label",
      [title, said, data.notes[index], `${data.texts.channel} ${channels.join(", ")}`].filter(Boolean).join("; "),
    );
    frame.append(canvas);
    if (channels.length > 1) frame.append(markOf(grid, channels.indexOf(this.channel)));
    const spot = make("spot");
    frame.append(spot);
    this.cells.push({ maps, grid, spot, number });
    const picture = make("picture");
    picture.append(name, written("note", data.notes[index]), frame);
    if (index) tile.append(written("joint", joint === "+" && data.off.some(Boolean) ? data.texts.cutJoint : joint));
    tile.append(picture);
    this.acts.point(
      canvas,
      () => ({ maps, places, grid }),
      (cell) => this.pointAt(cell),
    );
    return tile;
  }

  scaleBar() {
    const bar = make("bound");
    const ramp = make("ramp");
    ramp.style.setProperty("--ramp", stops(this.scales.colors(true).colors));
    const { kept, data } = this;
    const isMany = kept.own && this.channels.length > 1;
    const { high } = this.scales.of(this.signals[0], this.channel);
    const ends = make("ends");
    ends.append(
      ...(isMany ? ["+", "0", "−"] : [shown(high), "0", shown(-high)]).map((text) => written("", text, "span")),
    );
    bar.title = isMany
      ? data.texts.ownScale
      : data.texts.scale.replace("{low}", shown(-high)).replace("{high}", shown(high));
    bar.append(ramp, ends);
    return bar;
  }

  drawUnder() {
    const { data, channels } = this;
    const words = make("words");
    const said = channels.length === 1 && data.strengths ? channelWords(data, this.channel, shown) : "";
    if (said) words.append(written("said", said, "p"));
    const strange = oddities(
      this.signals.map((maps) => [maps, channels.map((c) => maps.places.get(c))]),
      data.texts,
    );
    const whole = sentences([...data.sentences, strange]);
    if (whole) words.append(written("whole", whole, "p"));
    if (data.figures.length) words.append(behind(data.texts.figures, data.figures));
    const parts = [words];
    if (data.strengths)
      parts.push(strengths(data, channels, this.channel, (channel) => this.acts.choose(this.signals.at(-1), channel)));
    replace(this.under, ...parts);
  }
}

// A frame around one cell of the only tile.
function place(spot, { tileWidth, tileHeight, width, height }, maps, { row, column }) {
  const [wide, tall] = [(tileWidth - BORDER) / maps.width, (tileHeight - BORDER) / maps.height];
  Object.assign(spot.style, {
    left: `${(100 * (BORDER + column * wide)) / width}%`,
    top: `${(100 * (BORDER + row * tall)) / height}%`,
    width: `${(100 * wide) / width}%`,
    height: `${(100 * tall) / height}%`,
  });
}

// A frame around one tile; in shares of the canvas, so that it follows every size.
export function markOf({ tileWidth, tileHeight, columns, width, height }, index) {
  const mark = make("mark");
  mark.hidden = index < 0;
  const [x, y] = [index % columns, Math.floor(index / columns)];
  Object.assign(mark.style, {
    left: `${(100 * x * tileWidth) / width}%`,
    top: `${(100 * y * tileHeight) / height}%`,
    width: `${(100 * (tileWidth + 2)) / width}%`,
    height: `${(100 * (tileHeight + 2)) / height}%`,
  });
  return mark;
}
