// The page: code or lines to order on one side, what comes of them on the other. What a student writes stays here.

import { roomFor } from "../graph/room.js";
import { html } from "../shared/dom.js";
import { isPhone, isProjected } from "../shared/screen.js";
import { Drawing } from "./draw.js";
import { Editor } from "./editor.js";
import { keep, recall } from "./kept.js";
import { codeOf, MOST_BYTES } from "./notebook.js";
import { Parsons } from "./parsons.js";
import { fetchRuntime, isAble } from "./runtime.js";
import { Sandbox } from "./sandbox.js";
import { SETUP } from "./setup.js";
import { firstPair, linesOf, VerdictPanel } from "./verdict.js";

const NARROW_PX = 900; // a window so wide has one column (style.css)
const LEAST_PX = 420; // height
const LOOK_MS = 400; // what stands above may fold
const LATER_MS = 400; // what is faster needs no word that it is at work
const MODES = ["write", "order"];

let runtime; // what was fetched serves the page's next visit too

/** Resolves to what Python runs from; a fetch that failed is tried again. */
function runtimeFor(files, progress) {
  runtime ??= fetchRuntime(files, MACHINE_SCRIPT, SETUP, progress).catch((error) => {
    runtime = undefined;
    throw error;
  });
  return runtime;
}

/** Returns a button. */
function button(className, text, click) {
  const made = html("button", className, text);
  made.type = "button";
  made.addEventListener("click", click);
  return made;
}

export class Check {
  /** Puts an empty page into `parent`. */
  constructor(parent) {
    this.root = html("div", "check");
    parent.append(this.root);
    this.root.addEventListener("keydown", (event) => this.hear(event), true);
    this.observer = new ResizeObserver(() => this.drawPair());
    this.stretch = () => {
      const room =
        window.innerWidth <= NARROW_PX || !this.root.isConnected
          ? ""
          : `${Math.max(LEAST_PX, roomFor(this.root, parent))}px`;
      if (this.root.style.height !== room) this.root.style.height = room;
    };
    window.addEventListener("resize", this.stretch);
    this.timer = setInterval(this.stretch, LOOK_MS);
  }

  /** Shows the page; the server sends texts, marks and material, and never gets anything back. */
  show(data) {
    const key = JSON.stringify(data);
    if (key === this.key) return;
    this.key = key;
    this.data = data;
    this.sandbox ??= new Sandbox(document.body, () => this.fetched(), FRAME_SCRIPT);
    this.build();
  }

  /** The page is gone. */
  leave() {
    this.observer.disconnect();
    window.removeEventListener("resize", this.stretch);
    clearInterval(this.timer);
    this.sandbox?.end();
  }

  /** Checks at Ctrl-Enter, wherever on the page. */
  hear(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    void this.check();
  }

  /** Makes all parts. */
  build() {
    const { texts, puzzles } = this.data;
    const before = recall();
    this.mode = "";
    this.editor = new Editor((code) => this.changed({ code }));
    this.editor.field.setAttribute("aria-label", texts.code);
    this.editor.field.placeholder = texts.placeholder;
    this.editor.field.addEventListener("focus", () => this.warm());
    this.parsons = new Parsons(texts, { touched: () => this.changed({}), keep });
    this.verdict = new VerdictPanel(texts, (line, name) => this.go(line, name));
    this.picture = html("div", "picture");
    const [left, right] = [html("div", "left"), html("div", "right")];
    left.append(this.tools(), this.editor.root, this.parsons.root, this.foot(before.preset));
    right.append(this.verdict.root, this.picture);
    this.listenToFiles(left);
    this.root.replaceChildren(left, right);
    this.observer.disconnect();
    this.observer.observe(this.picture);
    this.editor.field.value = String(before.code ?? "");
    this.editor.draw();
    this.parsons.show(puzzles, before.puzzle, before.order);
    this.setMode(MODES.includes(before.mode) ? before.mode : MODES[0]);
    this.stretch();
  }

  /** What holds the code just now. */
  get side() {
    return this.mode === "order" ? this.parsons : this.editor;
  }

  /** Returns the line above the code: how to work, and what to begin with. */
  tools() {
    const { texts, examples } = this.data;
    const line = html("div", "tools");
    this.modes = MODES.map((mode) => button("mode", texts[mode], () => this.setMode(mode)));
    const modes = html("div", "modes");
    modes.setAttribute("role", "group");
    modes.setAttribute("aria-label", texts.way);
    modes.append(...this.modes);
    this.starts = html("div", "starts");
    const file = Object.assign(html("input"), { type: "file", accept: ".py,.ipynb,.txt", hidden: true });
    file.addEventListener("change", () => {
      void this.read(file.files[0]);
      file.value = "";
    });
    this.starts.append(
      button("quiet", texts.template, () => this.begin(examples.template)),
      button("quiet", texts.example, () => this.begin(examples.mistake)),
      button("quiet", texts.file, () => file.click()),
      file,
    );
    line.append(modes, this.starts);
    return line;
  }

  /** Returns the line below the code. */
  foot(chosen) {
    const { texts, presets } = this.data;
    const foot = html("div", "foot");
    const press = button("press", texts.check, () => void this.check());
    press.append(html("kbd", "", "Ctrl+Enter"));
    const label = html("label", "against", texts.against);
    this.preset = html("select");
    this.preset.append(...presets.map((name) => new Option(name, name, false, name === chosen)));
    this.preset.addEventListener("change", () => {
      keep({ preset: this.preset.value });
      this.verdict.age();
    });
    label.append(this.preset);
    this.against = label;
    foot.append(press, label, html("span", "private", texts.private));
    return foot;
  }

  /** Works in one way or the other. */
  setMode(mode) {
    if (mode === this.mode) return;
    this.mode = mode;
    keep({ mode });
    this.root.dataset.mode = mode;
    for (const [index, own] of this.modes.entries()) own.setAttribute("aria-pressed", MODES[index] === mode);
    this.editor.root.hidden = mode !== "write";
    this.starts.hidden = mode !== "write";
    this.against.hidden = mode !== "write"; // lines make a block
    this.parsons.root.hidden = mode !== "order";
    if (!this.isWaiting) this.invite();
  }

  /** Shows what to do first. */
  invite() {
    this.side.mark([]);
    this.verdict.say(isAble() ? this.data.texts[`${this.mode}First`] : this.data.texts.unable);
    this.showGraphs([], null);
  }

  /** The code is another. */
  changed(more) {
    keep(more);
    this.verdict.age();
    this.side.mark([]);
    this.warm();
  }

  /** Puts a code into the field. */
  begin(code) {
    this.editor.code = code;
    this.warm();
  }

  /** Takes files that are dropped. */
  listenToFiles(place) {
    place.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
    place.addEventListener("drop", (event) => {
      const [file] = event.dataTransfer?.files ?? [];
      if (!file) return;
      event.preventDefault();
      this.setMode("write");
      void this.read(file);
    });
  }

  /** Puts a file's code into the field; it is read here. */
  async read(file) {
    if (!file) return;
    try {
      if (file.size > MOST_BYTES) throw new RangeError("size");
      this.begin(codeOf(file.name, await file.text()));
    } catch {
      this.verdict.say(this.data.texts.noFile.replace("{name}", file.name));
    }
  }

  /** Resolves to what Python runs from, and says meanwhile how much of it has come. */
  fetched() {
    return runtimeFor(this.data.files, (share) => this.tellProgress(share));
  }

  /** Tells a person who waits how far it is. */
  tellProgress(share) {
    this.share = share;
    if (!this.isWaiting) return;
    const { texts, files } = this.data;
    const size = Object.values(files).reduce((sum, file) => sum + file.size_bytes, 0) / 2 ** 20;
    const text = texts.fetching.replace("{percent}", Math.floor(100 * share)).replace("{size}", size.toFixed(1));
    if (share < 1) this.verdict.say(text, share);
    else this.verdict.say(texts.starting, null);
  }

  /** Starts Python before it is asked for: somebody is about to. */
  warm() {
    if (isAble()) this.sandbox.start().catch(() => {}); // the check says what is wrong
  }

  /** Checks what stands there. */
  async check() {
    const { texts, language } = this.data;
    if (!isAble() || this.isWaiting) return;
    this.isWaiting = true;
    this.verdict.root.removeAttribute("data-verdict");
    this.verdict.root.removeAttribute("data-mistakes");
    const code = this.side.code;
    try {
      if (this.sandbox.isReady) this.later = setTimeout(() => this.verdict.say(texts.checking, null), LATER_MS);
      else this.tellProgress(this.share ?? 0);
      await this.sandbox.start();
      const { answer, failed } = await this.sandbox.run({ code, preset: this.preset.value, language });
      clearTimeout(this.later);
      this.take(answer ? JSON.parse(answer) : null, failed);
    } catch {
      this.verdict.say(texts.notFetched);
    } finally {
      clearTimeout(this.later);
      this.isWaiting = false;
    }
  }

  /** Shows an answer, or what ended the check. */
  take(answer, failed) {
    const { texts } = this.data;
    if (answer) this.verdict.show(answer);
    else
      this.verdict.fail(
        failed === "time" ? texts.endless : /call stack|recursion/i.test(failed) ? texts.deep : texts.ended,
      );
    const lines = answer ? linesOf(answer) : [];
    this.side.mark(lines);
    if (lines.length && this.mode === "write") this.editor.reveal(lines[0]);
    this.showGraphs(answer?.graphs ?? [], answer && firstPair(answer));
    if (isPhone()) this.verdict.root.scrollIntoView({ block: "start" });
  }

  /** Leads to a line of the code, and shows the graph of the function that it is spoken of for. */
  go(line, name) {
    this.side.go(line);
    const pair = this.graphs.find((own) => own.function === name);
    if (pair) this.showGraphs(this.graphs, pair);
  }

  /** Shows one of some pairs of graphs; without one, the blocks of the course. */
  showGraphs(graphs, pair) {
    Object.assign(this, { graphs, pair, drawn: 0 });
    this.drawPair();
  }

  /** Draws the graphs that are looked at, for the room there is. */
  drawPair() {
    const width = this.picture.clientWidth;
    if (!width || this.drawn === width) return;
    this.drawn = width;
    const { marks, statuses, texts, course } = this.data;
    const t = isProjected() ? 16 : isPhone() ? 11 : 13;
    const look = { t, marks, statuses, texts, go: (line) => this.side.go(line) };
    if (this.pair) {
      const heads = html("div", "heads");
      heads.append(html("b", "", texts.theirs), html("b", "", texts.ours));
      const { svg } = new Drawing(this.pair, { ...look, width });
      this.picture.replaceChildren(...this.tabs(), html("code", "call", this.pair.call), heads, svg);
      return;
    }
    const both = html("div", "course");
    for (const pair of course) {
      const place = html("div");
      const { svg } = new Drawing(pair, { ...look, width: width / 2 - 8, isAlone: true });
      place.append(html("b", "", pair.function), svg);
      both.append(place);
    }
    this.picture.replaceChildren(html("p", "", texts.course), both);
  }

  /** Returns the choice of a function, where there are several. */
  tabs() {
    if (this.graphs.length < 2) return [];
    const tabs = html("div", "modes");
    for (const pair of this.graphs) {
      const tab = button("mode", pair.function, () => this.showGraphs(this.graphs, pair));
      tab.setAttribute("aria-pressed", pair === this.pair);
      tabs.append(tab);
    }
    return [tabs];
  }
}
