// A block as lines to put in order, by drag, by click or by keys; judged like any code.
import { html } from "../shared/dom.js";
import { keep, recall } from "./kept.js";

const INDENT = "    ";

/** Returns things in another order. */
function shuffled(all) {
  const left = [...all];
  const made = [];
  while (left.length) made.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  return made;
}

/** Returns the code that lines make below a puzzle's head. */
export const codeFrom = (head, lines) =>
  [head, ...lines.flatMap((line) => line.code.split("\n").map((text) => INDENT + text))].join("\n");

/** Returns which line of lines, from 0, a line of their code belongs to; null for the head's. */
export function lineAt(head, lines, number) {
  let left = number - head.split("\n").length;
  for (const [index, line] of lines.entries()) {
    if (left <= 0) return null;
    left -= line.code.split("\n").length;
    if (left <= 0) return index;
  }
  return null;
}

export class Parsons {
  /** `texts` and `puzzles` are the server's; `touched` is called of every change, `choose` with another puzzle's name. */
  constructor(texts, puzzles, { touched, choose }) {
    Object.assign(this, { texts, puzzles, touched, choose });
    this.root = html("div", "parsons");
    this.choice = html("div", "choice");
    this.head = html("pre", "head");
    this.own = this.listOf("own", texts.own);
    this.pool = this.listOf("pool", texts.pool);
    this.help = html("div", "help");
    this.root.append(this.choice, this.head, this.own.box, this.help, this.pool.box);
    this.choices = puzzles.map((own) => this.button("", own.name, () => this.choose(own.name)));
    this.choice.append(
      ...this.choices,
      this.button("quiet", texts.anew, () => this.begin([])),
    );
    this.show(puzzles[0].name);
  }

  /** Returns a button. */
  button(className, text, click) {
    const made = html("button", className, text);
    made.type = "button";
    made.addEventListener("click", click);
    return made;
  }

  /** Returns a list of lines with a title. */
  listOf(name, title) {
    const box = html("div", `lines ${name}`);
    const list = html("ol");
    list.setAttribute("aria-label", title);
    box.append(html("p", "title", title), list);
    box.addEventListener("dragover", (event) => event.preventDefault());
    box.addEventListener("drop", (event) => this.drop(event, name));
    return { box, list, lines: [] };
  }

  /** Shows the puzzle with a name, as far as it was put together before. */
  show(name) {
    const puzzle = this.puzzles.find((own) => own.name === name);
    for (const [index, own] of this.puzzles.entries()) this.choices[index].setAttribute("aria-pressed", own === puzzle);
    this.puzzle = puzzle;
    this.hinted = 0;
    this.linesShown = 0;
    const order = recall().orders?.[name];
    this.lay(Array.isArray(order) ? order : []);
  }

  /** Begins with the lines of some ids, and none of the hints. */
  begin(order) {
    this.hinted = 0;
    this.linesShown = 0;
    this.lay(order);
    this.change();
  }

  /** Lays the lines of some ids, and the others, shuffled, to be chosen from. */
  lay(order) {
    const { puzzle } = this;
    const all = shuffled([...puzzle.lines, ...puzzle.distractors]);
    const before = order.map((id) => all.find((line) => line.id === id)).filter(Boolean);
    this.own.lines = before;
    this.pool.lines = all.filter((line) => !before.includes(line));
    this.head.textContent = puzzle.head;
    this.own.list.style.counterReset = `own ${puzzle.head.split("\n").length}`; // lines are counted as in the code
    this.draw();
  }

  /** The code that stands there. */
  get code() {
    return codeFrom(this.puzzle.head, this.own.lines);
  }

  /** Something was moved. */
  change(focused) {
    this.draw();
    if (focused) this.root.querySelector(`[data-id="${focused}"]`)?.focus();
    keep({ orders: { ...recall().orders, [this.puzzle.name]: this.own.lines.map((line) => line.id) } });
    this.touched();
  }

  /** Draws both lists and the help. */
  draw() {
    for (const name of ["own", "pool"]) {
      const { list, lines } = this[name];
      list.replaceChildren(...lines.map((line, index) => this.item(name, line, index)));
      if (!lines.length) list.append(html("li", "none", name === "own" ? this.texts.ownEmpty : this.texts.poolEmpty));
    }
    this.drawHelp();
  }

  /** Returns a line. */
  item(name, line, index) {
    const item = html("li");
    const button = this.button("code", line.code, () => this.move(line, name === "own" ? "pool" : "own"));
    button.draggable = true;
    button.dataset.id = line.id;
    button.addEventListener("keydown", (event) => this.key(event, name, line, index));
    button.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", line.id));
    item.append(button);
    return item;
  }

  /** Takes a line from where it is to the end of a list, or before another of it. Who works by keys stays in the list, at the
   *  line that comes next. */
  move(line, to, before = null) {
    const from = this[this.own.lines.includes(line) ? "own" : "pool"];
    const place = from.lines.indexOf(line);
    for (const name of ["own", "pool"]) this[name].lines = this[name].lines.filter((own) => own !== line);
    const { lines } = this[to];
    lines.splice(before === null ? lines.length : before, 0, line);
    const next = from.lines[Math.min(place, from.lines.length - 1)];
    this.change((from === this[to] ? line : (next ?? line)).id);
  }

  /** Acts on a key on a line: Alt and an arrow move it, arrows go to others. */
  key(event, name, line, index) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.stopPropagation(); // the page's own keys are not meant
    event.preventDefault();
    const { lines } = this[name];
    const next = index + step;
    if (next < 0 || next >= lines.length) return;
    if (event.altKey && name === "own") this.move(line, "own", next);
    else this.root.querySelector(`[data-id="${lines[next].id}"]`)?.focus();
  }

  /** Puts a dragged line where it is let go. */
  drop(event, name) {
    event.preventDefault();
    const id = event.dataTransfer.getData("text/plain");
    const line = [...this.own.lines, ...this.pool.lines].find((own) => own.id === id);
    if (!line) return;
    const others = [...this[name].list.querySelectorAll("[data-id]")].filter((own) => own.dataset.id !== id);
    const before = others.findIndex((own) => {
      const { top, height } = own.getBoundingClientRect();
      return event.clientY < top + height / 2;
    });
    this.move(line, name, before < 0 ? null : before);
  }

  /** Draws the hints that were asked for, then the solution as far as it was. */
  drawHelp() {
    const { hints, lines } = this.puzzle;
    const hintsShown = hints.slice(0, this.hinted).map((hint) => html("p", "hint", hint));
    const steps = html("ol", "solution");
    for (const line of lines.slice(0, this.linesShown)) {
      const item = html("li");
      item.append(html("code", "", line.code), html("p", "", line.step));
      steps.append(item);
    }
    const isLast = this.linesShown >= lines.length;
    const more =
      this.hinted < hints.length ? this.texts.hint : this.linesShown ? this.texts.nextLine : this.texts.solution;
    const button = this.button("more", more.replace("{n}", hints.length - this.hinted), () => {
      if (this.hinted < hints.length) this.hinted += 1;
      else this.linesShown += 1;
      this.drawHelp();
      this.help.lastElementChild.scrollIntoView({ block: "nearest" });
      this.help.querySelector(".more")?.focus({ preventScroll: true });
    });
    this.help.replaceChildren(...hintsShown, ...(this.linesShown ? [steps] : []), ...(isLast ? [] : [button]));
  }

  /** Marks lines of the code. */
  mark(numbers) {
    const marked = new Set(numbers.map((number) => lineAt(this.puzzle.head, this.own.lines, number)));
    for (const [index, item] of [...this.own.list.children].entries())
      item.classList.toggle("marked", marked.has(index));
  }

  /** Leads to a line of the code. */
  go(number) {
    const index = lineAt(this.puzzle.head, this.own.lines, number);
    this.own.list.children[index]?.querySelector("button")?.focus();
  }
}
