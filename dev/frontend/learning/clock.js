// The steps of a run that is about to begin, and their seconds: they pass here, not with the server's answers.
import { html } from "../shared/dom.js";

const TICK_MS = 250;

export class Clock {
  /** Makes an empty list. */
  constructor() {
    this.box = html("div", "over");
  }

  /** Shows { list: [{ text, seconds, state }], elapsed_s }, states "now", "later" and others; nothing without it. Before it
   *  what there is to press, and what else is to be known then. */
  show(steps, invitation, aside) {
    this.stop();
    const said = [invitation && html("p", "invitation", invitation), aside && html("p", "aside", aside)];
    this.box.replaceChildren(...said.filter(Boolean));
    if (!steps) return;
    const began = performance.now();
    const total = html("p", "total");
    this.box.append(total);
    const running = steps.list.map((step) => this.line(step)).filter(({ isNow }) => isNow);
    const tick = () => {
      const passed = (performance.now() - began) / 1000;
      total.textContent = `${Math.floor(steps.elapsed_s + passed)} s`;
      for (const { time, seconds } of running) time.textContent = `${Math.floor(seconds + passed)} s`;
    };
    tick();
    this.timer = setInterval(tick, TICK_MS);
  }

  /** Writes one step's line; returns its time, and whether it runs. */
  line({ text, seconds, state }) {
    const isNow = state === "now";
    const line = html("p", `step ${state}`, text);
    const time = html("span", "time", state === "later" ? "" : `${seconds.toFixed(isNow ? 0 : 1)} s`);
    line.append(time);
    this.box.append(line);
    return { time, seconds, isNow };
  }

  /** Lets no more seconds pass. */
  stop() {
    clearInterval(this.timer);
  }
}
