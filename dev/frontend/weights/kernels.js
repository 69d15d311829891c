// The kernels of the first convolution as colour pictures: a sheet a set of weights, one kernel chosen and shown large.
import { table } from "../maps/paint.js";
import { html } from "../shared/dom.js";

const ODD = [255, 0, 255];
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const [WIDE, FEW] = [16, 32]; // kernels side by side, where there is room; of so few, half of it: they are larger

/** Returns a number from −bound to bound as a level from 0 to 255. */
const level = (value, bound) => Math.round(((value / bound + 1) / 2) * 255);

/** Paints values, `count` of them from a place on and `step` apart, as pixels by a function from value to [r, g, b]. */
function paint(canvas, { width, height }, colorAt) {
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  const sheet = pen.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = colorAt(i);
    sheet.data.set([r, g, b, 255], 4 * i);
  }
  pen.putImageData(sheet, 0, 0);
}

export class Kernels {
  /** Makes an empty box; `choose` takes the kernel that was chosen, `jump` the one to be seen elsewhere. */
  constructor(choose, jump) {
    Object.assign(this, { choose, jump });
    this.box = html("section", "kernels");
    this.sheets = html("div", "sheets");
    this.large = html("div", "large");
    this.box.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** Shows the kernels of a header, as `read` returns it. */
  show(data) {
    this.data = data;
    const { texts, sentences, titles, kernels } = data;
    const head = html("div", "title");
    head.append(html("b", "", texts.kernels), html("span", "", sentences.kernels));
    this.sheets.replaceChildren(
      ...kernels.sheets.map((values, which) =>
        this.sheet(values, which, kernels.sheets.length > 1 ? titles[which] : ""),
      ),
    );
    this.box.classList.toggle("two", kernels.sheets.length > 1);
    const row = html("div", "row");
    row.append(this.sheets, this.large);
    this.box.replaceChildren(head, row);
  }

  /** Returns one set's kernels. */
  sheet(values, which, title) {
    const box = html("div", "sheet");
    if (title) box.append(html("div", "name", title));
    const tiles = html("div", "tiles");
    const { count } = this.data.kernels;
    const isHalf = count <= FEW || this.data.kernels.sheets.length > 1;
    tiles.style.setProperty("--wide", WIDE / (isHalf ? 2 : 1));
    tiles.append(...Array.from({ length: count }, (_none, place) => this.tile(values, place, which)));
    box.append(tiles);
    return box;
  }

  /** Returns one kernel as a button. */
  tile(values, place, which) {
    const button = Object.assign(html("button", "tile"), { type: "button", tabIndex: -1 });
    const name = this.data.texts.kernel.replace("{n}", place);
    button.title = name;
    button.setAttribute("aria-label", this.data.titles.length > 1 ? `${name}, ${this.data.titles[which]}` : name);
    button.dataset.place = place;
    const canvas = html("canvas");
    this.paintColors(canvas, values, place);
    button.append(canvas);
    button.addEventListener("click", () => this.choose(place));
    return button;
  }

  /** Paints a kernel in its colours: mid-grey is 0. */
  paintColors(canvas, values, place) {
    const { width, height, colors, bound } = this.data.kernels;
    const begin = place * width * height * colors;
    paint(canvas, { width, height }, (i) =>
      [0, 1, 2].map((color) => level(values[begin + i * colors + Math.min(color, colors - 1)], bound)),
    );
  }

  /** Paints one colour's weights of a kernel: red above 0, blue below. */
  paintPlane(canvas, values, place, color) {
    const { width, height, colors, bound } = this.data.kernels;
    const begin = place * width * height * colors + color;
    const signed = table("red-blue", ODD);
    paint(canvas, { width, height }, (i) => {
      const own = signed[level(values[begin + i * colors], bound)];
      return [own & 255, (own >> 8) & 255, (own >> 16) & 255];
    });
  }

  /** Marks a kernel as the one that is chosen, and shows it large. */
  select(place) {
    this.place = place;
    for (const tile of this.box.querySelectorAll(".tile")) {
      const isChosen = Number(tile.dataset.place) === place;
      tile.classList.toggle("chosen", isChosen);
      tile.setAttribute("aria-pressed", isChosen);
      tile.tabIndex = isChosen ? 0 : -1;
    }
    const { texts, kernels, canJump } = this.data;
    const pictures = kernels.sheets.map((values, which) =>
      this.enlarged(values, kernels.sheets.length > 1 ? "AB"[which] : ""),
    );
    const name = html("b", "", texts.kernel.replace("{n}", place));
    const way = canJump ? html("button", "jump", texts.jump.replace("{n}", place)) : html("p", "taken", texts.taken);
    if (canJump) way.addEventListener("click", () => this.jump(place));
    const row = html("div", "both");
    row.append(...pictures);
    this.large.replaceChildren(name, row, way);
  }

  /** Returns a kernel large, and the weights of its colours one by one. */
  enlarged(values, title) {
    const box = html("figure");
    const canvas = html("canvas", "whole");
    this.paintColors(canvas, values, this.place);
    const planes = html("div", "planes");
    const { texts, kernels } = this.data;
    for (let color = 0; kernels.colors > 1 && color < kernels.colors; color++) {
      const plane = html("div", "plane");
      const drawn = html("canvas");
      this.paintPlane(drawn, values, this.place, color);
      drawn.title = texts.planes[color];
      plane.append(drawn);
      planes.append(plane);
    }
    box.append(...(title ? [html("figcaption", "", title)] : []), canvas, planes);
    return box;
  }

  /** Goes from kernel to kernel by the arrow keys. */
  pressed(event) {
    const tile = event.target.closest(".tile");
    const columns = tile ? Math.round(tile.parentElement.clientWidth / tile.offsetWidth) : 0;
    const by = { ...KEYS, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (!tile || by === undefined) return;
    event.preventDefault();
    const most = this.data.kernels.count - 1;
    this.choose(Math.max(0, Math.min(most, this.place + by)));
    tile.parentElement.children[this.place].focus();
  }
}
