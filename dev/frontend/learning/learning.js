// The picture of a run: networks with their numbers, curves up to a step, and the player that lets the run pass.
import { html, svg } from "../shared/dom.js";
import { light, pointed, targetsOf } from "../shared/pointing.js";
import { isCalm } from "../shared/screen.js";
import { drawChart, resultOf } from "./chart.js";
import { Clock } from "./clock.js";
import { Networks } from "./networks.js";

export class Learning {
  /** Puts an empty picture into `parent`. */
  constructor(parent) {
    // What waits for the end, elsewhere on the page, looks for a mark of ours.
    this.host = parent.getRootNode().host ?? parent;
    this.networks = new Networks();
    this.clock = new Clock();
    this.root = html("div", "learning");
    this.stage = html("div", "stage");
    this.chart = svg("svg", { role: "img" });
    this.stage.append(this.chart, this.clock.box);
    this.key = html("p", "key");
    const right = html("div", "right");
    right.append(this.stage, this.makeBar(), this.key);
    this.root.append(this.networks.box, right);
    parent.append(this.root);
    this.observer = new ResizeObserver(() => this.data && this.draw());
    this.observer.observe(this.stage);
  }

  /** Makes the player: a button, a slider over the steps, and their count. */
  makeBar() {
    this.bar = html("div", "bar");
    this.button = html("button", "play");
    this.slider = Object.assign(html("input", "at"), { type: "range", min: 0, step: 1 });
    this.count = html("output", "count");
    this.bar.append(this.button, this.slider, this.count);
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.slider.addEventListener("input", () => {
      this.stop();
      this.to(Number(this.slider.value));
    });
    this.slider.addEventListener("change", () => this.sendUpdate());
    return this.bar;
  }

  /** Shows a run; `send` takes the step at which the viewer stands. One that is new plays by itself, if it may. */
  show(data, send) {
    const had = this.data;
    const isNew = !had || had.id !== data.id || had.plays !== data.plays || had.can_play !== data.can_play;
    Object.assign(this, { data, send });
    this.slider.max = data.x.last;
    this.slider.setAttribute("aria-label", data.words.step);
    this.bar.hidden = !data.can_play;
    this.key.textContent = data.curves.length ? data.words.key : "";
    this.key.hidden = !data.curves.length || !data.y.is_share;
    this.root.classList.toggle("tall", Boolean(data.is_tall));
    this.networks.show(data.networks, data.words.of);
    if (isNew) this.begin();
    else if (!this.playing && !data.can_play) this.to(data.x.last);
    else this.draw();
    this.clock.show(data.steps, data.invitation, data.aside);
  }

  /** Stands where the link has it, or at the end; then plays. */
  begin() {
    const { at, x, plays, can_play } = this.data;
    this.stop();
    this.last = at ?? x.last;
    this.to(this.last);
    if (plays && can_play && !isCalm()) this.play(0);
  }

  /** The picture is gone from the page. */
  leave() {
    this.stop();
    this.clock.stop();
    this.observer.disconnect();
  }

  // --- playing ---

  /** Lets the run pass from a step on; all of it takes `lasts_s` seconds. */
  play(from = this.at >= this.data.x.last ? 0 : this.at) {
    const [last, began] = [this.data.x.last, performance.now()];
    this.playing = true;
    const step = (now) => {
      if (!this.playing) return;
      this.to(Math.min(last, from + (Math.max(0, now - began) / 1000 / this.data.lasts_s) * last));
      if (this.at < last) this.frame = requestAnimationFrame(step);
      else {
        this.stop();
        this.sendUpdate();
      }
    };
    this.to(from);
    this.frame = requestAnimationFrame(step);
  }

  /** Stands still at a whole step. */
  pause() {
    this.stop();
    this.to(Math.round(this.at));
    this.sendUpdate();
  }

  /** Stands still. */
  stop() {
    cancelAnimationFrame(this.frame);
    this.playing = false;
    if (this.data) this.say();
  }

  /** Tells the server where it stands still: the rest of the page follows. */
  sendUpdate() {
    if (Math.round(this.at) === this.last) return;
    this.last = Math.round(this.at);
    this.send({ update: this.last });
  }

  /** Goes to a step. */
  to(at) {
    this.at = at;
    this.slider.value = Math.round(at);
    this.draw();
  }

  /** Says where it stands: to the viewer, and to what waits for the end. */
  say() {
    const { words, x, end } = this.data;
    this.host.dataset.stands = this.playing ? "playing" : this.at >= end ? "end" : "before";
    this.button.textContent = this.playing ? words.pause : this.at >= x.last ? words.again : words.play;
    this.count.textContent = `${Math.round(this.at)} / ${x.last}`;
  }

  // --- drawing ---

  /** Draws the curves up to the step, and what they came to. */
  draw() {
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    if (!width || !height) return;
    const { curves, y, alt } = this.data;
    this.chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.chart.setAttribute("aria-label", alt ?? "");
    this.chart.replaceChildren(...drawChart(this.data, this.at, width, height));
    for (const curve of curves) this.networks.showResult(curve.network, resultOf(curve, this.at, y.is_share));
    this.networks.box.classList.toggle("waiting", !curves.length);
    this.point(pointed());
    this.say();
  }

  /** Lights up the curve and the network that a lesson's word points at. */
  point(names) {
    const wanted = targetsOf(names, "curve");
    const parts = [...this.root.querySelectorAll("[data-network]")];
    light(
      this.root,
      parts.filter((part) => wanted.includes(part.dataset.network)),
    );
  }
}
