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
  /** `go` leads to a line of the code, `against` checks against another preset. */
  constructor(texts, { go, against }) {
    Object.assign(this, { texts, go, against });
    this.root = html("div", "verdict");
    this.root.setAttribute("role", "status");
    this.root.setAttribute("aria-label", texts.verdict);
    this.root.tabIndex = -1;
  }

  /** Whether there is a verdict. */
  get isFilled() {
    return Boolean(this.root.dataset.verdict);
  }

  /** Whether there is a verdict on what stands in the field now. */
  get isFresh() {
    return this.isFilled && !this.root.classList.contains("old");
  }

  /** Shows a sentence, and no verdict; perhaps with a button, [its text, what it does]. */
  say(text, act) {
    this.clear();
    this.root.append(html("p", "says", text));
    if (act) this.root.append(this.button("act", ...act));
  }

  /** Shows what is waited for, and of it a share from 0 to 1 if it is known. A text that stands there already stays, so that
   *  it is read out once. */
  progress(text, share) {
    if (this.root.firstChild?.textContent !== text) this.say(text);
    if (!this.root.querySelector("progress")) this.root.append(this.bar(text));
    if (share === undefined) return;
    const [bar, percent] = this.root.querySelector(".bar").children;
    bar.value = share;
    percent.textContent = `${Math.floor(100 * share)} %`;
  }

  /** Returns a bar. */
  bar(text) {
    const made = html("div", "bar");
    const bar = html("progress");
    bar.setAttribute("aria-label", text);
    const percent = html("span", "percent");
    percent.setAttribute("aria-hidden", "true"); // the bar says it when it is asked
    made.append(bar, percent);
    return made;
  }

  /** Makes what is shown no verdict any more. */
  forget() {
    delete this.root.dataset.verdict;
    delete this.root.dataset.mistakes;
  }

  /** Shows nothing; whoever was at a button that goes stays here. */
  clear() {
    this.forget();
    this.root.classList.remove("old");
    if (this.root.contains(this.root.getRootNode().activeElement)) this.root.focus({ preventScroll: true });
    this.root.replaceChildren();
  }

  /** The code is another by now. */
  age() {
    if (this.isFilled) this.root.classList.add("old");
  }

  /** Shows an answer of the library on a network judged against a preset. */
  show(answer, judged) {
    this.clear();
    const { verdict, headline, mistakes, remarks, stop, looks_like: like } = answer;
    const head = html("p", "headline");
    const sign = html("span", "sign", SIGNS[verdict]);
    sign.setAttribute("aria-hidden", "true");
    head.append(sign, html("span", "", headline));
    this.root.append(head);
    if (like && like !== judged)
      this.root.append(this.button("act", this.texts.checkAgainst.replace("{name}", like), () => this.against(like)));
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

  /** Returns a button. */
  button(className, text, click) {
    const made = html("button", className, text);
    made.type = "button";
    made.addEventListener("click", click);
    return made;
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
    const link = this.button("line", isNamed ? head : this.texts.line.replace("{n}", line), () => this.go(line, name));
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
    const ask = this.button("line", this.texts.why, () => fold(more[0].hidden));
    const fold = (isOpen) => {
      ask.setAttribute("aria-expanded", isOpen);
      for (const one of more) one.hidden = !isOpen;
    };
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
