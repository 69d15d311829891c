// The picture of a run: networks with their numbers, curves up to a step, and the clock that plays it.
const SVG = "http://www.w3.org/2000/svg";
const ROOM = { left: 58, right: 18, top: 34, bottom: 42, text: 14, mark: 19 };
// Read from the last row.
const PROJECTED = { left: 76, right: 24, top: 44, bottom: 56, text: 18, mark: 24 };
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function percent(share) {
  let text = (100 * share).toFixed(0);
  if (text === "100" && share < 1) text = Math.min(99.9, 100 * share).toFixed(1);
  return `${text}\u00a0%`;
}

const figure = (value) => (value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2))));

function html(name, className, text = "") {
  const found = document.createElement(name);
  found.className = className;
  found.textContent = text;
  return found;
}

function svg(name, attributes, text = "") {
  const found = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  found.textContent = text;
  return found;
}

// The points of a curve up to a step, the last piece cut where the step is.
export function upTo(points, at, column) {
  const found = [];
  for (let i = 0; i < points.length; i++) {
    const [step, value] = [points[i][0], points[i][column]];
    if (step <= at) found.push([step, value]);
    else {
      if (i && found.length) {
        const [before, old] = [points[i - 1][0], points[i - 1][column]];
        const share = (at - before) / (step - before);
        if (share > 0) found.push([at, old + share * (value - old)]);
      }
      break;
    }
  }
  return found;
}

export class Learning {
  constructor(parent) {
    // What waits for the end, elsewhere on the page, looks for a mark of ours.
    this.host = parent.getRootNode().host ?? parent;
    this.root = html("div", "learning");
    this.networks = html("div", "networks");
    this.stage = html("div", "stage");
    this.chart = svg("svg", { role: "img" });
    this.over = html("div", "over");
    this.stage.append(this.chart, this.over);
    this.bar = html("div", "bar");
    this.button = html("button", "play");
    this.slider = html("input", "at");
    this.count = html("output", "count");
    Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.bar.append(this.button, this.slider, this.count);
    const right = html("div", "right");
    this.key = html("p", "key");
    right.append(this.stage, this.bar, this.key);
    this.root.append(this.networks, right);
    parent.append(this.root);
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.slider.addEventListener("input", () => {
      this.stop();
      this.to(Number(this.slider.value));
    });
    this.slider.addEventListener("change", () => this.told());
    this.observer = new ResizeObserver(() => this.data && this.draw());
    this.observer.observe(this.stage);
  }

  show(data, tell) {
    const isNew = !this.data || this.data.id !== data.id || this.data.plays !== data.plays;
    Object.assign(this, { data, tell });
    this.slider.max = data.x.last;
    this.slider.setAttribute("aria-label", data.words.step);
    this.bar.hidden = !data.can_play;
    this.key.textContent = data.curves.length ? data.words.key : "";
    this.key.hidden = !data.curves.length || !data.y.is_share;
    this.root.classList.toggle("tall", Boolean(data.is_tall));
    this.drawNetworks();
    if (isNew) {
      this.stop();
      this.last = data.at ?? data.x.last;
      this.to(this.last);
      if (data.plays && data.can_play) {
        if (!calm()) this.play(0);
      }
    } else if (!this.playing && !data.can_play) this.to(data.x.last);
    else this.draw();
    this.tick();
  }

  leave() {
    this.stop();
    clearInterval(this.clock);
    this.observer.disconnect();
  }

  // --- Playing -------------------------------------------------------------------------------------------------

  play(from = this.at >= this.data.x.last ? 0 : this.at) {
    const [last, began] = [this.data.x.last, performance.now()];
    this.playing = true;
    const step = (now) => {
      if (!this.playing) return;
      this.to(Math.min(last, from + (Math.max(0, now - began) / 1000 / this.data.lasts_s) * last));
      if (this.at < last) this.frame = requestAnimationFrame(step);
      else {
        this.stop();
        this.told();
      }
    };
    this.to(from);
    this.frame = requestAnimationFrame(step);
  }

  pause() {
    this.stop();
    this.to(Math.round(this.at));
    this.told();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.playing = false;
    if (this.data) this.say();
  }

  // The rest of the page follows where it stands still.
  told() {
    if (Math.round(this.at) === this.last) return;
    this.last = Math.round(this.at);
    this.tell(this.last);
  }

  to(at) {
    this.at = at;
    this.slider.value = Math.round(at);
    this.draw();
  }

  say() {
    const { words, x, end } = this.data;
    this.host.dataset.stands = this.playing ? "playing" : this.at >= end ? "end" : "before";
    this.button.textContent = this.playing ? words.pause : this.at >= x.last ? words.again : words.play;
    this.count.textContent = `${Math.round(this.at)} / ${x.last}`;
  }

  // Seconds pass here, not with the server's answers.
  tick() {
    clearInterval(this.clock);
    const { steps } = this.data;
    this.over.replaceChildren();
    if (this.data.invitation) this.over.append(html("p", "invitation", this.data.invitation));
    if (!steps) return;
    const began = performance.now();
    const total = html("p", "total");
    this.over.append(total);
    const now = [];
    for (const { text, seconds, state } of steps.list) {
      const line = html("p", `step ${state}`, text);
      const time = html("span", "time", state === "later" ? "" : `${seconds.toFixed(state === "now" ? 0 : 1)} s`);
      line.append(time);
      if (state === "now") now.push([time, seconds]);
      this.over.append(line);
    }
    const show = () => {
      const passed = (performance.now() - began) / 1000;
      total.textContent = `${Math.floor(steps.elapsed_s + passed)} s`;
      for (const [time, seconds] of now) time.textContent = `${Math.floor(seconds + passed)} s`;
    };
    show();
    this.clock = setInterval(show, 250);
  }

  // --- Drawing -------------------------------------------------------------------------------------------------

  drawNetworks() {
    const { networks, words } = this.data;
    const key = JSON.stringify(networks);
    if (key === this.drawn) return;
    this.drawn = key;
    this.numbers = new Map();
    this.networks.replaceChildren(
      ...networks.map(({ name, title, caption, svg: drawing, color }) => {
        const own = html("section", "network");
        const head = html("div", "head");
        const number = html("strong", "number");
        const [names, result] = [html("div", "words"), html("div", "result")];
        names.append(html("b", "", title), html("span", "", caption));
        result.append(number, html("span", "of", words.of));
        head.append(names, result);
        own.style.setProperty("--own", color);
        const strip = html("div", "strip");
        strip.innerHTML = drawing;
        own.append(head, strip);
        this.numbers.set(name, number);
        return own;
      }),
    );
    this.networks.classList.toggle("many", networks.length > 2);
  }

  draw() {
    const { curves, x, y, guess } = this.data;
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    if (!width || !height) return;
    const room = this.data.is_tall ? PROJECTED : ROOM;
    const px = (step) => room.left + (step / x.last) * (width - room.left - room.right);
    const py = (value) => height - room.bottom - (Math.min(value, y.top) / y.top) * (height - room.top - room.bottom);
    const parts = [];
    for (let i = 0; i <= 4; i++) {
      const value = (y.top * i) / 4;
      parts.push(svg("line", { class: "grid", x1: px(0), x2: px(x.last), y1: py(value), y2: py(value) }));
      parts.push(
        svg("text", { class: "y", x: room.left - 8, y: py(value) + 5 }, y.is_share ? percent(value) : figure(value)),
      );
    }
    const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(x.last * share));
    for (const step of new Set(marks))
      parts.push(
        svg("text", { class: "x", x: px(step), y: height - room.bottom + room.mark }, step.toLocaleString("en-US")),
      );
    parts.push(svg("text", { class: "title", x: px(x.last / 2), y: height - 4 }, x.title));
    parts.push(svg("text", { class: "over-axis", x: 8, y: room.text }, y.title));
    if (guess && curves.length) {
      parts.push(svg("line", { class: "guess", x1: px(0), x2: px(x.last), y1: py(guess.value), y2: py(guess.value) }));
    }
    const path = (points) =>
      points.map(([step, value], i) => `${i ? "L" : "M"}${px(step).toFixed(1)} ${py(value).toFixed(1)}`).join("");
    const ends = [];
    for (const { points, color, dash, title, network } of curves) {
      parts.push(svg("path", { class: "faint", d: path(upTo(points, this.at, 2)), stroke: color }));
      const shown = upTo(points, this.at, 1);
      parts.push(svg("path", { class: "curve", d: path(shown), stroke: color, "stroke-dasharray": dash }));
      if (shown.length) {
        const [step, value] = shown.at(-1);
        parts.push(svg("circle", { class: "end", cx: px(step), cy: py(value), r: 5, fill: color }));
        ends.push({ x: px(step), y: py(value), title });
      }
      const measured = points.filter(([step]) => step <= this.at).at(-1);
      const text = measured ? (y.is_share ? percent(measured[1]) : figure(measured[1])) : "\u00a0";
      if (this.numbers.has(network)) this.numbers.get(network).textContent = text;
    }
    // Names at the ends of the curves; two that end close to each other stand apart.
    ends.sort((one, two) => one.y - two.y);
    ends.forEach((end, i) => {
      const above = i && end.y - ends[i - 1].label < room.mark ? ends[i - 1].label + room.mark : end.y - 10;
      end.label = Math.min(height - room.bottom - 4, Math.max(room.top - 6, above));
      parts.push(svg("text", { class: "name", x: Math.max(room.left + 70, end.x - 9), y: end.label }, end.title));
    });
    if (guess && curves.length)
      parts.push(svg("text", { class: "guess-name", x: px(0) + 6, y: py(guess.value) + 18 }, guess.text));
    this.networks.classList.toggle("waiting", !curves.length);
    this.chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.chart.setAttribute("aria-label", this.data.alt ?? "");
    this.chart.replaceChildren(...parts);
    this.say();
  }
}
