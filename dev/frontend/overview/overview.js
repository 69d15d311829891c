// One column a block: its box above, its bars below, all in one grid, so that what belongs together stands together.
const SVG = "http://www.w3.org/2000/svg";

function html(name, className, text = "") {
  const found = document.createElement(name);
  found.className = className;
  found.textContent = text;
  return found;
}

function svg(name, attributes) {
  const found = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  return found;
}

export class Overview {
  constructor(parent) {
    this.root = html("div", "overview");
    parent.append(this.root);
    this.observer = new ResizeObserver(() => this.boxes());
    this.observer.observe(this.root);
  }

  show(data, pick) {
    this.pick = pick;
    const key = JSON.stringify({ ...data, selected: "" });
    this.data = data;
    if (key !== this.key) {
      this.key = key;
      this.draw();
    }
    for (const own of this.root.querySelectorAll("[data-part]")) {
      own.classList.toggle("selected", own.dataset.part === data.selected);
      if (own.tagName === "BUTTON") own.setAttribute("aria-pressed", own.dataset.part === data.selected);
    }
  }

  leave() {
    this.observer.disconnect();
  }

  draw() {
    const { parts, rows, words } = this.data;
    this.root.style.setProperty("--columns", parts.length);
    const head = html("div", "title");
    head.append(html("b", "", words.boxes), html("span", "", words.key));
    this.stage = svg("svg", { class: "boxes", role: "img", "aria-label": words.alt });
    const all = [head, this.stage, this.names()];
    for (const row of rows) {
      const title = html("div", "title");
      title.append(html("b", "", row.title), html("span", "", row.sentence), html("span", "total", row.total));
      const bars = html("div", `bars ${row.metric}`);
      const most = Math.max(1, ...parts.map((part) => part.values[row.metric]));
      for (const part of parts) {
        const bar = html("button", "bar");
        Object.assign(bar, { title: part.texts[row.metric], tabIndex: -1 });
        bar.setAttribute("aria-label", part.texts[row.metric]);
        bar.dataset.part = part.id;
        const fill = html("i", "");
        fill.style.height = `${(100 * part.values[row.metric]) / most}%`;
        fill.style.background = part.color;
        bar.append(fill);
        bar.addEventListener("click", () => this.pick(part.node));
        bars.append(bar);
      }
      all.push(title, bars);
    }
    this.root.replaceChildren(...all);
    this.boxes();
  }

  // The names of the columns, under the boxes: what one tabs through.
  names() {
    const line = html("div", "names");
    for (const part of this.data.parts) {
      const name = html("button", "name", part.name);
      name.title = part.texts.box;
      name.dataset.part = part.id;
      name.addEventListener("click", () => this.pick(part.node));
      line.append(name);
    }
    return line;
  }

  boxes() {
    const [width, high_px] = [this.stage?.clientWidth, this.stage?.clientHeight];
    if (!width || !high_px) return;
    const { parts } = this.data;
    const column = width / parts.length;
    const [side, channels] = [Math.max(...parts.map((p) => p.side)), Math.max(...parts.map((p) => p.channels))];
    this.root.classList.toggle("narrow", column < 24);
    const drawn = parts.map((part, i) => {
      const high = Math.max(3, (high_px * 0.74 * part.side) / side);
      const wide = Math.max(2, 0.66 * column * Math.sqrt(part.channels / channels));
      const deep = Math.min(0.3 * high, 0.3 * column);
      const [x, y] = [column * (i + 0.5) - (wide + deep) / 2, high_px - 4 - high];
      const group = svg("g", { class: "box", "data-part": part.id });
      const title = svg("title", {});
      title.textContent = part.texts.box;
      const points = (...all) => all.map((point) => point.map((value) => value.toFixed(1)).join(",")).join(" ");
      const [right, top] = [x + wide, y - deep];
      group.append(
        title,
        svg("polygon", {
          class: "lid",
          points: points([x, y], [x + deep, top], [right + deep, top], [right, y]),
          fill: part.color,
        }),
        svg("polygon", {
          class: "flank",
          points: points([right, y], [right + deep, top], [right + deep, top + high], [right, y + high]),
          fill: part.color,
        }),
        svg("rect", { x, y, width: wide, height: high, fill: part.color }),
      );
      group.addEventListener("click", () => this.pick(part.node));
      group.classList.toggle("selected", part.id === this.data.selected);
      return group;
    });
    this.stage.setAttribute("viewBox", `0 0 ${width} ${high_px}`);
    this.stage.replaceChildren(...drawn);
  }
}
