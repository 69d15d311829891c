// The page: code or lines to order on one side, what comes of them on the other. What a student writes stays here; the server
// hears what is chosen, so that a link leads to it.

import { roomFor } from "../graph/room.js";
import { Awaited } from "../shared/awaited.js";
import { html } from "../shared/dom.js";
import { isPhone } from "../shared/screen.js";
import { Editor } from "./editor.js";
import { keep, recall } from "./kept.js";
import { codeIn } from "./notebook.js";
import { Parsons } from "./parsons.js";
import { Picture } from "./picture.js";
import { fetchRuntime, isAble, Runtime } from "./runtime.js";
import { Sandbox } from "./sandbox.js";
import { SETUP } from "./setup.js";
import { firstPair, linesOf, VerdictPanel } from "./verdict.js";

const NARROW_PX = 900; // a window so wide has one column (style.css)
const LEAST_PX = 420; // height
const LOOK_MS = 400; // what stands above may fold
const LATER_MS = 400; // what is faster needs no word that it is at work
const MODES = ["write", "order"];
const ENTER = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘ Enter" : "Ctrl+Enter";

const runtime = new Runtime((files, progress) => fetchRuntime(files, MACHINE_SCRIPT, SETUP, progress));

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
    this.listenToFiles();
    this.awaited = new Awaited();
    this.sandbox = new Sandbox(document.body, () => this.fetched(), FRAME_SCRIPT);
    this.build();
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

  /** Shows the page: texts, marks, material, and what is chosen; `send` tells the server of another choice. */
  show({ view, ...data }, send) {
    this.send = send;
    const key = JSON.stringify(data);
    if (key !== this.key) {
      this.key = key;
      this.fill(data, view);
    } else if (!this.awaited.isEarlier(JSON.stringify(view))) this.choose(view);
  }

  /** The page is gone. */
  leave() {
    this.picture.leave();
    window.removeEventListener("resize", this.stretch);
    clearInterval(this.timer);
    this.sandbox.end();
  }

  /** Checks at Ctrl-Enter, wherever on the page. */
  hear(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    void this.check();
  }

  /** Makes what stays, whatever the language: the field keeps its text, its caret and what Ctrl-Z knows. */
  build() {
    this.editor = new Editor((code) => this.changed({ code }));
    this.editor.field.addEventListener("focus", () => this.warm());
    this.editor.load(String(recall().code ?? ""));
    this.picture = new Picture((line) => this.side.go(line));
    this.above = html("div", "slot");
    this.below = html("div", "slot");
    const [left, right] = [html("div", "left"), html("div", "right")];
    left.append(this.above, this.editor.root, this.below);
    right.append(this.picture.root);
    this.root.append(left, right);
  }

  /** Makes the rest, in the server's words. What was checked in other words is checked again. */
  fill(data, view) {
    const isAgain = this.verdict?.isFresh;
    this.data = data;
    const { texts, puzzles } = data;
    this.editor.fill(texts);
    this.parsons = new Parsons(texts, puzzles, {
      touched: () => this.changed({}),
      choose: (puzzle) => this.pick({ puzzle }),
    });
    this.verdict?.root.remove();
    this.verdict = new VerdictPanel(texts, {
      go: (line, name) => this.go(line, name),
      against: (judged) => this.checkAgainst(judged),
    });
    this.above.replaceChildren(this.tools());
    this.below.replaceChildren(this.parsons.root, this.foot());
    this.picture.root.before(this.verdict.root);
    this.picture.fill(data);
    this.mode = "";
    this.choose(view);
    this.stretch();
    if (isAgain) void this.check();
  }

  /** What holds the code just now. */
  get side() {
    return this.mode === "order" ? this.parsons : this.editor;
  }

  /** The code that would be checked. */
  get code() {
    return this.side.code;
  }

  /** Returns the line above the code: how to work, and what to begin with. */
  tools() {
    const { texts, examples, puzzles } = this.data;
    const line = html("div", "tools");
    const puzzleOf = { write: () => "", order: () => this.latest ?? puzzles[0].name };
    this.modes = MODES.map((mode) => button("mode", texts[mode], () => this.pick({ puzzle: puzzleOf[mode]() })));
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
      button("quiet", texts.clear, () => this.begin("")),
      file,
    );
    line.append(modes, this.starts);
    return line;
  }

  /** Returns the line below the code. */
  foot() {
    const { texts, presets } = this.data;
    const foot = html("div", "foot");
    const press = button("press", texts.check, () => void this.check());
    press.append(html("kbd", "", ENTER));
    const label = html("label", "against", texts.against);
    this.preset = html("select");
    this.preset.append(...presets.map((name) => new Option(name, name)));
    this.preset.addEventListener("change", () => this.pick({ judged: this.preset.value }));
    label.append(this.preset);
    this.against = label;
    foot.append(press, label, html("span", "private", texts.private), this.editor.note);
    return foot;
  }

  /** Follows a choice that was made here, and tells the server of it. */
  pick(more) {
    this.choose({ ...this.view, ...more });
    this.awaited.expect(JSON.stringify(this.view));
    this.send(this.view);
  }

  /** Follows a choice: { judged, puzzle }, as resnet_viz/subject/views.py has them. */
  choose(view) {
    const { judged, puzzle } = view;
    if (this.view && judged !== this.view.judged) this.verdict.age();
    this.view = { judged, puzzle };
    this.preset.value = judged;
    this.latest = puzzle || this.latest;
    const mode = puzzle ? "order" : "write";
    if (mode === this.mode && (!puzzle || puzzle === this.parsons.puzzle.name)) return;
    if (puzzle) this.parsons.show(puzzle);
    this.setMode(mode);
  }

  /** Works in one way or the other. */
  setMode(mode) {
    this.mode = mode;
    this.root.dataset.mode = mode;
    for (const [index, own] of this.modes.entries()) own.setAttribute("aria-pressed", MODES[index] === mode);
    this.editor.root.hidden = mode !== "write";
    this.starts.hidden = mode !== "write";
    this.against.hidden = mode !== "write"; // lines make a block
    this.parsons.root.hidden = mode !== "order";
    if (this.isWaiting) this.tellProgress();
    else this.invite();
  }

  /** Shows what to do first. */
  invite() {
    this.side.mark([]);
    this.verdict.say(this.data.texts[isAble() ? `${this.mode}First` : "unable"]);
    this.picture.show([], null);
  }

  /** The code is another. */
  changed(more) {
    keep(more);
    this.verdict.age();
    this.side.mark([]);
    this.warm();
  }

  /** Puts a code into the field; what was said of a file that could not be read is settled. */
  begin(code) {
    this.editor.code = code;
    if (!this.isWaiting && !this.verdict.isFilled) this.invite();
    this.warm();
  }

  /** Takes files that are dropped; beside the field too, where a browser would leave the page for them. */
  listenToFiles() {
    const drag = (isOver) => (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.root.classList.toggle("dropping", isOver);
    };
    this.root.addEventListener("dragover", drag(true));
    this.root.addEventListener("dragleave", drag(false));
    this.root.addEventListener("drop", (event) => {
      drag(false)(event);
      void this.read(event.dataTransfer?.files[0]);
    });
  }

  /** Puts a file's code into the field; it is read here. */
  async read(file) {
    if (!file) return;
    const { code, lacks, n } = await codeIn(file);
    if (lacks) this.verdict.say(this.data.texts[lacks].replace("{name}", file.name).replace("{n}", n));
    else {
      if (this.mode !== "write") this.pick({ puzzle: "" });
      this.begin(code);
    }
  }

  /** Resolves to what Python runs from, and says meanwhile how much of it has come. */
  fetched() {
    return runtime.of(this.data.files, () => this.tellProgress());
  }

  /** Tells a person who waits what for, and how far it is. */
  tellProgress() {
    if (!this.isWaiting) return;
    const { texts, files } = this.data;
    const size = Object.values(files).reduce((sum, file) => sum + file.size_bytes, 0) / 1e6;
    if (this.sandbox.isReady) this.verdict.progress(texts.checking);
    else if (runtime.share < 1) this.verdict.progress(texts.fetching.replace("{size}", size.toFixed(1)), runtime.share);
    else this.verdict.progress(texts.starting);
  }

  /** Starts Python before it is asked for: somebody is about to. */
  warm() {
    if (isAble()) this.sandbox.start().catch(() => {}); // the check says what is wrong
  }

  /** Checks what stands there. */
  async check() {
    if (!isAble()) this.invite();
    if (!isAble() || this.isWaiting) return;
    this.isWaiting = true;
    const { puzzle } = this.view;
    this.verdict.forget();
    try {
      const { code, found } = await this.asked();
      if (puzzle !== this.view.puzzle)
        this.invite(); // to what was asked nobody looks any more
      else this.take(found.answer ? JSON.parse(found.answer) : null, found.failed);
      if (code !== this.code) this.changed({}); // somebody typed on
    } catch ({ reason }) {
      this.refuse(reason ?? "notStarted");
    } finally {
      clearTimeout(this.later);
      this.isWaiting = false;
    }
  }

  /** Resolves to what the library finds, and in what; asks anew where the preset or the language is another meanwhile. */
  async asked() {
    if (this.sandbox.isReady) this.later = setTimeout(() => this.tellProgress(), LATER_MS);
    else this.tellProgress();
    await this.sandbox.start();
    const { code, view } = this;
    const { language } = this.data;
    const found = await this.sandbox.run({ code, preset: view.judged, language });
    clearTimeout(this.later);
    const isStill = view.judged === this.view.judged && language === this.data.language;
    return isStill ? { code, found } : this.asked();
  }

  /** Says why there is no Python here, and what to do. */
  refuse(reason) {
    const { texts } = this.data;
    if (reason === "older") this.verdict.say(texts.older, [texts.reload, () => location.reload()]);
    else this.verdict.say(texts[reason], [texts.again, () => void this.check()]);
  }

  /** Shows an answer, or what ended the check. */
  take(answer, failed) {
    const { texts } = this.data;
    if (answer) this.verdict.show(answer, this.view.judged);
    else
      this.verdict.fail(
        failed === "time" ? texts.endless : /call stack|recursion/i.test(failed) ? texts.deep : texts.ended,
      );
    const lines = answer ? linesOf(answer) : [];
    this.side.mark(lines);
    if (lines.length && this.mode === "write") this.editor.reveal(lines[0]);
    this.picture.show(answer?.graphs ?? [], (answer && firstPair(answer)) ?? null);
    if (isPhone()) this.verdict.root.scrollIntoView({ block: "start" });
  }

  /** Checks against another preset, which the code may be meant for. */
  checkAgainst(judged) {
    this.pick({ judged });
    void this.check();
  }

  /** Leads to a line of the code, and shows the graph of the function that it is spoken of for. */
  go(line, name) {
    this.side.go(line);
    this.picture.turnTo(name);
  }
}
