// The field for code: a text area, which screen readers and phones know, over the same text in colours, with line numbers.
import { html } from "../shared/dom.js";
import { highlighted } from "./highlight.js";
import { typed } from "./typing.js";

const MOST_COLOURED = 60_000; // signs

/** Returns a line in colours. */
function lineOf(pieces) {
  const line = html("span", "line");
  line.append(...pieces.map(({ kind, text }) => (kind ? html("span", kind, text) : text)), "\n");
  return line;
}

export class Editor {
  /** Calls `changed` of every change. */
  constructor(changed) {
    this.changed = changed;
    this.root = html("div", "editor");
    this.numbers = html("div", "numbers");
    this.numbers.setAttribute("aria-hidden", "true");
    this.mirror = html("pre", "mirror");
    this.mirror.setAttribute("aria-hidden", "true");
    this.field = html("textarea");
    Object.assign(this.field, { spellcheck: false, wrap: "off", autocapitalize: "off", autocomplete: "off" });
    this.field.setAttribute("autocorrect", "off");
    this.field.addEventListener("input", () => this.follow());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("focus", () => {
      this.leaves = false;
    });
    this.root.append(this.numbers, this.mirror, this.field);
    this.note = html("span", "note");
    this.note.hidden = true;
    this.draw();
  }

  /** Takes the server's words. */
  fill(texts) {
    this.field.setAttribute("aria-label", texts.code);
    this.field.setAttribute("aria-description", texts.leave);
    this.field.placeholder = texts.placeholder;
    this.note.textContent = texts.leave;
  }

  /** Begins with a code. */
  load(code) {
    this.field.value = code;
    this.draw();
  }

  /** The code. */
  get code() {
    return this.field.value;
  }

  /** Puts another code into the field; where it can be, so that Ctrl-Z takes it back. */
  set code(code) {
    this.field.focus({ preventScroll: true });
    this.replace({ from: 0, to: this.field.value.length, text: code, start: 0, end: 0 });
    this.root.scrollTop = 0;
  }

  /** Replaces a part of the text and selects another. */
  replace({ from, to, text, start, end }) {
    const { field } = this;
    field.setSelectionRange(from, to);
    const before = field.value;
    const done = document.execCommand(text ? "insertText" : "delete", false, text);
    if (!done || (field.value === before && before.slice(from, to) !== text)) field.setRangeText(text, from, to, "end");
    field.setSelectionRange(start, end);
    this.follow();
  }

  /** Acts on a key; the page's own keys are not meant while somebody types. */
  key(event) {
    event.stopPropagation();
    const { key, shiftKey } = event;
    if (key === "Escape") this.leaves = true; // the next Tab leaves the field
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || (key === "Tab" && this.leaves)) return;
    const { value, selectionStart, selectionEnd } = this.field;
    const change = typed(key, shiftKey, value, selectionStart, selectionEnd);
    if (!change) return;
    if (key === "Tab") this.note.hidden = false; // who meant to leave reads how
    event.preventDefault();
    this.replace(change);
  }

  /** The text is another. */
  follow() {
    if (this.drawn === this.field.value) return;
    this.mark([]);
    this.draw();
    this.changed(this.field.value);
  }

  /** Draws text and numbers. A code that is longer than any notebook's is one piece, in which no line can be marked. */
  draw() {
    const code = this.field.value;
    this.drawn = code;
    if (code.length > MOST_COLOURED) {
      this.mirror.textContent = `${code}\n`;
      this.numbers.textContent = code.split("\n").reduce((text, _line, index) => `${text}${index + 1}\n`, "");
      return;
    }
    const lines = highlighted(code);
    this.mirror.replaceChildren(...lines.map(lineOf));
    this.numbers.replaceChildren(...lines.map((_line, index) => html("span", "", String(index + 1))));
  }

  /** Marks lines, numbers from 1. */
  mark(lines) {
    const wanted = new Set(lines);
    for (const side of [this.mirror, this.numbers]) {
      for (const [index, line] of [...side.children].entries()) line.classList.toggle("marked", wanted.has(index + 1));
    }
  }

  /** Brings a line into sight. */
  reveal(line) {
    const { root } = this;
    const place = this.mirror.children[line - 1];
    if (!place) return;
    const top = place.offsetTop - root.clientHeight / 3;
    root.scrollTo({ top: Math.max(0, top), left: 0 });
  }

  /** Puts the caret into a line. */
  go(line) {
    const start =
      this.code
        .split("\n")
        .slice(0, line - 1)
        .join("\n").length +
      (line > 1);
    this.field.focus({ preventScroll: true });
    this.field.setSelectionRange(start, start);
    this.reveal(line);
  }
}
