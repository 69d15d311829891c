// What a check has come to: in words, each with its line of the code.
import { html } from "../shared/dom.js";

const SIGNS = { right: "✓", mistake: "≠", error: "!", unknown: "?" };

/** Returns the lines of code that an answer speaks of, the first mistake's first. */
export const linesOf = ({ mistakes, stop }) =>
  [stop?.line, ...mistakes.map((mistake) => mistake.line)].filter((line) => Number.isInteger(line));

/** Returns the pair of graphs that an answer begins with; undefined if there is none. */
export function firstPair({ graphs, mistakes }) {
  return graphs.find((pair) => pair.function === mistakes[0]?.function) ?? graphs[0];
}

/** Returns an element with a text in which names between `backticks` are code. */
function withCode(tag, className, text) {
  const made = html(tag, className);
  made.append(...text.split("`").map((part, index) => (index % 2 ? html("code", "", part) : part)));
  return made;
}

export class VerdictPanel {
  /** `go` leads to a line of the code. */
  constructor(texts, go) {
    Object.assign(this, { texts, go });
    this.root = html("div", "verdict");
    this.root.setAttribute("role", "status");
    this.root.setAttribute("aria-label", texts.verdict);
  }

  /** Shows a sentence, and no verdict; with a share from 0 to 1 or null for "not known", a bar. */
  say(text, share) {
    this.clear();
    this.root.append(html("p", "says", text));
    if (share === undefined) return;
    const bar = html("progress");
    bar.setAttribute("aria-label", text);
    if (share !== null) bar.value = share;
    this.root.append(bar);
  }

  /** Shows no verdict. */
  clear() {
    delete this.root.dataset.verdict;
    delete this.root.dataset.mistakes;
    this.root.classList.remove("old");
    this.root.replaceChildren();
  }

  /** The code is another by now. */
  age() {
    if (this.root.dataset.verdict) this.root.classList.add("old");
  }

  /** Shows an answer of the library. */
  show(answer) {
    this.clear();
    const { verdict, headline, mistakes, remarks, stop } = answer;
    const head = html("p", "headline");
    const sign = html("span", "sign", SIGNS[verdict]);
    sign.setAttribute("aria-hidden", "true");
    head.append(sign, html("span", "", headline));
    this.root.append(head);
    if (stop) this.root.append(this.stopped(stop));
    if (mistakes.length)
      this.root.append(this.list("ol", mistakes, (mistake, index) => this.mistake(mistake, index > 0)));
    if (remarks.length) this.root.append(this.aside(remarks, !mistakes.length));
    this.root.dataset.verdict = verdict;
    this.root.dataset.mistakes = [...new Set(mistakes.map((mistake) => mistake.id))].join(" ");
  }

  /** Shows what ended a check from outside. */
  fail(sentence) {
    this.show({ verdict: "error", headline: sentence, mistakes: [], remarks: [], stop: null });
  }

  /** Returns what changes nothing, folded where there is more to be read. */
  aside(remarks, isOpen) {
    const made = html("details", "also");
    made.open = isOpen;
    made.append(
      html("summary", "", this.texts.remarks.replace("{n}", remarks.length)),
      this.list("ul", remarks, (remark) => [this.sentence(remark)]),
    );
    return made;
  }

  /** Returns a list. */
  list(tag, all, contents) {
    const made = html(tag);
    made.append(
      ...all.map((one, index) => {
        const item = html("li");
        item.append(...contents(one, index));
        return item;
      }),
    );
    return made;
  }

  /** Returns a sentence with its line, which leads there: "Line 7:" at its beginning, or else a word at its end. */
  sentence({ sentence, line, function: name }) {
    if (!line) return withCode("p", "sentence", sentence);
    const [head] = sentence.match(/^[^:：]{0,20}(?=[:：])/) ?? [""];
    const isNamed = new RegExp(`(^|\\D)${line}(\\D|$)`).test(head);
    const link = html("button", "line", isNamed ? head : this.texts.line.replace("{n}", line));
    link.type = "button";
    link.addEventListener("click", () => this.go(line, name));
    const made = withCode("p", "sentence", isNamed ? sentence.slice(head.length) : `${sentence} `);
    if (isNamed) made.prepend(link);
    else made.append(link);
    return made;
  }

  /** Returns what is said of a mistake; all but the first are told in full when they are asked for. */
  mistake(mistake, isFolded) {
    const more = [mistake.arithmetic, mistake.why].filter(Boolean).map((text) => withCode("p", "", text));
    const sentence = this.sentence(mistake);
    if (!isFolded || !more.length) return [sentence, ...more];
    const ask = html("button", "line", this.texts.why);
    ask.type = "button";
    const fold = (isOpen) => {
      ask.setAttribute("aria-expanded", isOpen);
      for (const one of more) one.hidden = !isOpen;
    };
    ask.addEventListener("click", () => fold(more[0].hidden));
    fold(false);
    sentence.append(" ", ask);
    return [sentence, ...more];
  }

  /** Returns why the code could not be judged. */
  stopped({ sentence, line, text, python }) {
    const made = html("div", "stop");
    made.append(this.sentence({ sentence, line }));
    if (text) made.append(html("code", "", text.trim()));
    if (python) made.append(html("p", "python", python));
    return made;
  }
}
