// Three grids, of one channel at a time, as large as the width allows; the product being played is in sight by its place.
import { sentences } from "../maps/words.js";

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
// A product is shown this long at most, and all of them together not longer than this.
const [STEP_S, ALL_S] = [0.45, 14];
const [READABLE, GAP] = [31, 26];
const [LARGEST_REM, FLAT_REM, HIGH_REM] = [4.6, 2.1, 2.6]; // a cell: how wide, how high among many rows, among three
const [LABEL_REM, LONGEST_EM] = [6, 3.25]; // a row's name; the longest number, as −0.0046

function html(name, className, text = "") {
  const found = document.createElement(name);
  found.className = className;
  found.textContent = text;
  return found;
}

// A number in a few digits, with a true minus.
export function number(value, digits = 3) {
  if (typeof value === "string") return value; // NaN and ∞, which JSON has not
  if (!Number.isFinite(value)) return "NaN";
  const text = value === 0 ? "0" : String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

// A number for a cell: what is next to nothing there takes no more room than the others.
const brief = (value) => number(value, Math.abs(value) < 0.001 ? 1 : 2);

export class Sum {
  constructor(parent) {
    this.root = html("div", "sum");
    this.bar = html("div", "bar");
    this.button = html("button", "play");
    this.pages = html("div", "pages");
    this.bar.append(this.button, this.pages);
    this.line = html("p", "line");
    this.grids = html("div", "grids");
    this.foot = html("p", "foot");
    this.root.append(this.bar, this.line, this.grids, this.foot);
    parent.append(this.root);
    this.button.addEventListener("click", () => this.pressed());
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.root);
  }

  show(data) {
    const key = JSON.stringify(data);
    if (key === this.key) return;
    Object.assign(this, { data, key, at: 0, started: false });
    this.all = data.pages.flatMap((page, p) => page.products.flatMap((row, y) => row.map((_, x) => [p, y, x])));
    this.pages.replaceChildren(
      ...data.pages.map((page, p) => {
        const chip = html("button", "page", page.label);
        chip.addEventListener("click", () => {
          this.stop();
          this.started = true;
          this.to(this.all.findIndex(([own]) => own === p));
        });
        return chip;
      }),
    );
    this.pages.hidden = data.pages.length < 2;
    this.stop();
    this.to(0);
  }

  leave() {
    this.stop();
    this.observer.disconnect();
  }

  pressed() {
    if (this.timer) return this.stop();
    const next = this.started && this.at < this.all.length - 1 ? this.at + 1 : 0;
    this.started = true;
    this.to(next);
    if (calm()) return;
    this.root.scrollIntoView({ block: "nearest" });
    this.timer = setInterval(
      () => (this.at < this.all.length - 1 ? this.to(this.at + 1) : this.stop()),
      1000 * Math.min(STEP_S, ALL_S / this.all.length),
    );
    this.say();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.say();
  }

  to(at) {
    this.at = at;
    const [p] = this.all[at];
    if (p !== this.shown || this.drawn !== this.key) this.draw(p);
    this.mark();
    this.say();
  }

  draw(p) {
    [this.shown, this.drawn] = [p, this.key];
    const { words, pages } = this.data;
    const page = pages[p];
    const cells = { patch: [], kernel: [], products: [] };
    const parts = Object.keys(cells).flatMap((name, i) => {
      const grid = html("div", "grid");
      grid.append(html("div", "caption", words[name]));
      page[name].forEach((row, y) => {
        const line = html("div", "row");
        if (i === 0 && page.names) line.append(html("span", "name", page.names[y]));
        row.forEach((value, x) => {
          const cell = html("span", "cell", brief(value));
          const color = page.colors[name][y][x];
          cell.style.background = color.slice(0, 7);
          cell.style.color = color.slice(7);
          cell.addEventListener("click", () => {
            this.stop();
            this.started = true;
            this.to(this.all.findIndex(([own, r, c]) => own === p && r === y && c === x));
          });
          line.append(cell);
          cells[name].push(cell);
        });
        grid.append(line);
      });
      return i ? [html("span", "sign", i === 1 ? "×" : "="), grid] : [grid];
    });
    this.cells = Object.values(cells);
    this.grids.replaceChildren(...parts);
    [...this.pages.children].forEach((chip, own) => chip.setAttribute("aria-pressed", own === p));
    this.resize();
  }

  resize() {
    const page = this.data?.pages[this.shown];
    if (!page) return;
    const [rows, columns] = [page.patch.length, page.patch[0].length];
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const room = this.root.clientWidth - 2 * GAP - (page.names ? LABEL_REM * rem : 0);
    const cell = Math.min((columns === 1 ? 2 : 1) * LARGEST_REM * rem, Math.floor(room / (3 * columns)));
    const isReadable = cell >= READABLE;
    this.grids.style.setProperty("--cell", `${cell}px`);
    const high = (rows > 3 ? FLAT_REM : HIGH_REM) * rem;
    this.grids.style.setProperty("--high", `${isReadable ? Math.min(cell, high) : cell}px`);
    this.grids.style.setProperty("--digits", `${Math.max(12, Math.min(rem, (cell - 6) / LONGEST_EM))}px`);
    this.grids.classList.toggle("small", !isReadable);
    this.grids.classList.toggle("named", Boolean(page.names));
  }

  mark() {
    const [p, y, x] = this.all[this.at];
    const own = y * this.data.pages[p].patch[0].length + x;
    for (const cells of this.cells) {
      cells.forEach((cell, i) => {
        cell.classList.toggle("now", this.started && i === own);
        cell.classList.toggle("later", Boolean(this.started && i > own && cells === this.cells[2]));
      });
    }
  }

  say() {
    if (!this.data) return;
    const { words, pages, rest, bias, value, total, rest_count } = this.data;
    const isLast = this.at >= this.all.length - 1;
    this.button.textContent = this.timer
      ? words.pause
      : calm()
        ? words.next
        : this.started && isLast
          ? words.again
          : words.play;
    const [p, y, x] = this.all[this.at];
    const [one, two] = [pages[p].patch[y][x], pages[p].kernel[y][x]];
    if (this.started) {
      const so_far = this.all
        .slice(0, this.at + 1)
        .reduce((sum, [q, r, c]) => sum + Number(pages[q].products[r][c]), 0);
      const parts = [
        html("b", "", `${number(one)} × ${number(two)} = ${number(one * two)}`),
        html("span", "", words.count.replace("{n}", this.at + 1).replace("{m}", this.all.length)),
        html("span", "", words.so_far.replace("{sum}", number(so_far))),
      ];
      this.line.replaceChildren(...parts);
    } else this.line.textContent = words.lead;
    const others = rest_count ? [words.others.replace("{sum}", number(rest))] : [];
    this.foot.textContent = sentences([
      words.all.replace("{sum}", number(total)),
      ...others,
      words.bias.replace("{bias}", bias),
      words.end.replace("{value}", number(value, 4)),
    ]);
  }
}
