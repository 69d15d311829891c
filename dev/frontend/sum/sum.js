// Three grids, of one channel at a time, as large as the width allows; the product being played is in sight by its place.
import { html } from "../shared/dom.js";
import { isCalm } from "../shared/screen.js";
import { sentences } from "../shared/sentences.js";
import { Grids } from "./grids.js";
import { number, productsOf, sumOf } from "./numbers.js";

// A product is shown this long at most, and all of them together not longer than this.
const [STEP_S, ALL_S] = [0.45, 14];

export class Sum {
  /** Puts an empty sum into `parent`. */
  constructor(parent) {
    this.root = html("div", "sum");
    const bar = html("div", "bar");
    this.button = html("button", "play");
    this.pages = html("div", "pages");
    bar.append(this.button, this.pages);
    this.line = html("p", "line");
    this.grids = new Grids((y, x) => this.jump(([p, r, c]) => p === this.shown && r === y && c === x));
    this.foot = html("p", "foot");
    this.root.append(bar, this.line, this.grids.box, this.foot);
    parent.append(this.root);
    this.button.addEventListener("click", () => this.pressed());
    this.observer = new ResizeObserver(() => this.grids.resize());
    this.observer.observe(this.root);
  }

  /** Shows the sum of another cell, from its first product on. */
  show(data) {
    const key = JSON.stringify(data);
    if (key === this.key) return;
    Object.assign(this, { data, key, at: 0, hasStarted: false });
    this.all = productsOf(data.pages);
    const chips = data.pages.map((page, p) => {
      const chip = html("button", "page", page.label);
      chip.addEventListener("click", () => this.jump(([own]) => own === p));
      return chip;
    });
    this.pages.replaceChildren(...chips);
    this.pages.hidden = data.pages.length < 2;
    this.stop();
    this.to(0);
  }

  /** The sum is gone from the page. */
  leave() {
    this.stop();
    this.observer.disconnect();
  }

  /** Plays on, or stops; who wants no motion goes one product on. */
  pressed() {
    if (this.timer) {
      this.stop();
      return;
    }
    const next = this.hasStarted && this.at < this.all.length - 1 ? this.at + 1 : 0;
    this.hasStarted = true;
    this.to(next);
    if (isCalm()) return;
    this.root.scrollIntoView({ block: "nearest" });
    const stepS = Math.min(STEP_S, ALL_S / this.all.length);
    this.timer = setInterval(() => (this.at < this.all.length - 1 ? this.to(this.at + 1) : this.stop()), 1000 * stepS);
    this.say();
  }

  /** Stands still. */
  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.say();
  }

  /** Stands still at the first product, [page, row, column], that is the right one. */
  jump(isRight) {
    this.stop();
    this.hasStarted = true;
    this.to(this.all.findIndex(isRight));
  }

  /** Goes to a product by its place among all. */
  to(at) {
    this.at = at;
    const [p, y, x] = this.all[at];
    if (p !== this.shown || this.drawn !== this.key) this.draw(p);
    this.grids.mark(y, x, this.hasStarted);
    this.say();
  }

  /** Draws a page. */
  draw(p) {
    [this.shown, this.drawn] = [p, this.key];
    this.grids.draw(this.data.pages[p], this.data);
    for (const [own, chip] of [...this.pages.children].entries()) chip.setAttribute("aria-pressed", own === p);
  }

  /** Says what is multiplied just now, what it came to so far, and what the whole sum is. */
  say() {
    if (!this.data) return;
    const { words, rest, bias, value, total, rest_count, padding } = this.data;
    this.button.textContent = this.buttonText;
    if (this.hasStarted) this.line.replaceChildren(...this.progress());
    else this.line.textContent = words.lead;
    const others = rest_count ? [words.others.replace("{sum}", number(rest))] : [];
    const end = words.end.replace("{value}", number(value, 4));
    const all = words.all.replace("{sum}", number(total));
    const hatched = padding ? [words.padding] : [];
    this.foot.textContent = sentences([...hatched, all, ...others, words.bias.replace("{bias}", bias), end]);
  }

  /** What the button would do. */
  get buttonText() {
    const { words } = this.data;
    if (this.timer) return words.pause;
    if (isCalm()) return words.next;
    return this.hasStarted && this.at >= this.all.length - 1 ? words.again : words.play;
  }

  /** The product, its place among all, and the sum up to it. */
  progress() {
    const { words, pages } = this.data;
    const [p, y, x] = this.all[this.at];
    const [one, two] = [pages[p].patch[y][x], pages[p].kernel[y][x]];
    const count = words.count.replace("{n}", this.at + 1).replace("{m}", this.all.length);
    const soFar = number(sumOf(pages, this.all.slice(0, this.at + 1)));
    return [
      html("b", "", `${number(one)} × ${number(two)} = ${number(one * two)}`),
      html("span", "", count),
      html("span", "", words.so_far.replace("{sum}", soFar)),
    ];
  }
}
