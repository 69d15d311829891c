// The network picture: lays DOT out with Graphviz WASM, then selects, zooms and walks without asking the server.
//
// data: { dot, selected, label, texts: { zoomIn, zoomOut, fit, svg, png, drawing, failed }, fileName }
// triggers: picked (a node was chosen), opened (go one level deeper into it), closed (go one level up)
import { Graphviz } from "@hpcc-js/wasm-graphviz";

const engine = Graphviz.load();
const layouts = new Map(); // DOT -> SVG text; a theme change or a second look lays nothing out again
const LARGEST_SCALE = 1.7; // CSS px per pt when fitted: a small graph is not blown up over the whole screen
const KEY_ZOOM = 1.25;
const LONGEST_ANSWER_MS = 3000;
const NARROW_PX = 640;
const TOOLS_PX = 48; // the row of buttons below the picture
const GAP = 10; // pt between a layer's title and its name
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

async function layout(dot) {
  if (!layouts.has(dot)) {
    if (layouts.size > 40) layouts.delete(layouts.keys().next().value);
    layouts.set(dot, (await engine).dot(dot));
  }
  return layouts.get(dot);
}

class Picture {
  constructor(root, send) {
    this.root = root;
    this.send = send;
    this.frame = document.createElement("div");
    this.frame.className = "frame";
    this.view = document.createElement("div");
    this.view.className = "view";
    this.tools = document.createElement("div");
    this.tools.className = "tools";
    this.frame.append(this.view, this.tools);
    root.append(this.frame);
    this.pointers = new Map();
    this.listen();
  }

  async show(data) {
    this.data = data;
    this.drawTools(data.texts);
    if (data.dot !== this.dot) {
      const wanted = data.dot;
      if (!this.dot) this.view.textContent = data.texts.drawing;
      let svg;
      try {
        svg = await layout(wanted);
      } catch (error) {
        this.view.textContent = `${data.texts.failed} ${error.message ?? error}`;
        return;
      }
      if (wanted !== this.data.dot) return; // a newer picture was asked for meanwhile
      this.dot = wanted;
      const hadFocus = this.view.matches(":focus-within");
      this.insert(svg);
      this.awaited = null;
      this.mark(this.data.selected);
      if (hadFocus) this.nodes.get(this.selected)?.focus({ preventScroll: true }); // the keyboard goes on walking
    }
    this.svg?.setAttribute("aria-label", this.data.label);
    // While a choice made here is on its way, answers to earlier ones must not move the selection back.
    if (this.awaited && this.awaited.id !== this.data.selected && performance.now() < this.awaited.until) return;
    this.awaited = null;
    this.mark(this.data.selected);
  }

  insert(text) {
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
    this.svg = document.importNode(parsed.documentElement, true);
    const [x, y, width, height] = this.svg.getAttribute("viewBox").split(/[ ,]+/).map(Number);
    this.bounds = { x, y, width, height };
    this.svg.removeAttribute("width");
    this.svg.removeAttribute("height");
    this.svg.setAttribute("role", "group");
    this.nodes = new Map();
    for (const node of this.svg.querySelectorAll("g.node")) {
      const title = node.querySelector("title");
      const id = title.textContent;
      title.remove(); // the browser would show it as a tooltip
      if (!node.id || node.id !== id) continue; // decoration: what comes from outside, where the picture ends
      node.setAttribute("role", "button");
      node.setAttribute("tabindex", "-1");
      node.setAttribute("aria-label", [...node.querySelectorAll("text")].map((t) => t.textContent).join(", "));
      this.nodes.set(id, node);
    }
    for (const title of this.svg.querySelectorAll("title")) title.remove();
    for (const link of this.svg.querySelectorAll("polygon[fill=transparent], polygon[fill=none]")) link.style.pointerEvents = "none";
    this.view.replaceChildren(this.svg);
    // On a phone the frame is as tall as the picture is, not as the screen.
    const isNarrow = window.innerWidth <= NARROW_PX;
    const tall = (this.view.clientWidth * height) / width + TOOLS_PX;
    this.frame.style.height = isNarrow ? `${Math.max(260, Math.min(tall, window.innerHeight * 0.75))}px` : "";
    this.fit();
    for (const node of this.svg.querySelectorAll("g.node")) this.center(node);
    // What is saved is the picture as laid out, at its own size, in its own colours.
    const saved = this.svg.cloneNode(true);
    saved.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    saved.setAttribute("width", `${width}pt`);
    saved.setAttribute("height", `${height}pt`);
    this.saved = new XMLSerializer().serializeToString(saved);
  }

  // Graphviz guessed the widths of its texts; now that a font is here, put each line in the middle of its box.
  center(node) {
    const outline = node.querySelector(":scope > :is(path, polygon, ellipse)");
    if (!outline) return;
    const box = outline.getBBox();
    const lines = new Map();
    for (const text of node.querySelectorAll("text")) {
      text.textContent = text.textContent.trim();
      if (!text.textContent) continue; // the space that kept two texts apart in the layout
      const y = Math.round(Number(text.getAttribute("y")) / 4); // bold and small print of one line differ by a point
      lines.set(y, [...(lines.get(y) ?? []), text]);
    }
    for (const texts of lines.values()) {
      const widths = texts.map((text) => text.getComputedTextLength());
      let x = box.x + (box.width - widths.reduce((sum, width) => sum + width, GAP * (texts.length - 1))) / 2;
      texts.forEach((text, index) => {
        text.setAttribute("text-anchor", "start");
        text.setAttribute("x", x);
        x += widths[index] + GAP;
      });
    }
  }

  mark(id) {
    if (!this.nodes) return;
    this.selected = this.nodes.has(id) ? id : this.nodes.keys().next().value;
    for (const [name, node] of this.nodes) {
      const on = name === id;
      node.classList.toggle("selected", on);
      node.setAttribute("aria-pressed", String(on));
      node.setAttribute("tabindex", name === this.selected ? "0" : "-1");
    }
  }

  pick(id, focus) {
    this.mark(id);
    if (focus) this.nodes.get(id)?.focus({ preventScroll: true });
    this.awaited = { id, until: performance.now() + LONGEST_ANSWER_MS };
    this.send("picked", id);
  }

  // --- zoom and pan: the viewBox is the camera ---

  fit() {
    const { clientWidth, clientHeight } = this.view;
    if (!this.svg || !clientWidth || !clientHeight) return;
    const scale = Math.min(clientWidth / this.bounds.width, clientHeight / this.bounds.height, LARGEST_SCALE);
    const width = clientWidth / scale;
    const height = clientHeight / scale;
    this.camera = {
      x: this.bounds.x - (width - this.bounds.width) / 2,
      y: this.bounds.y - (window.innerWidth <= NARROW_PX ? 0 : Math.max(0, (height - this.bounds.height) / 2)),
      width,
      height,
    };
    this.isFitted = true;
    this.apply();
  }

  apply() {
    const { x, y, width, height } = this.camera;
    this.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    this.view.classList.toggle("fitted", this.isFitted);
  }

  zoom(factor, clientX, clientY) {
    if (!this.camera) return;
    const box = this.view.getBoundingClientRect();
    const fx = clientX === undefined ? 0.5 : (clientX - box.left) / box.width;
    const fy = clientY === undefined ? 0.5 : (clientY - box.top) / box.height;
    const width = Math.min(Math.max(this.camera.width / factor, 60), this.bounds.width * 6);
    const ratio = width / this.camera.width;
    this.camera.x += this.camera.width * fx * (1 - ratio);
    this.camera.y += this.camera.height * fy * (1 - ratio);
    this.camera.height *= ratio;
    this.camera.width = width;
    this.isFitted = false;
    this.apply();
  }

  pan(dx, dy) {
    this.camera.x -= (dx * this.camera.width) / this.view.clientWidth;
    this.camera.y -= (dy * this.camera.height) / this.view.clientHeight;
    this.isFitted = false;
    this.apply();
  }

  // --- events ---

  listen() {
    this.view.addEventListener("click", (event) => {
      const node = event.target.closest?.("g.node");
      if (node && this.nodes.has(node.id) && !this.moved) this.pick(node.id, true);
    });
    this.view.addEventListener("dblclick", (event) => {
      const node = event.target.closest?.("g.node");
      if (node && this.nodes.has(node.id)) this.send("opened", node.id);
    });
    this.view.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), event.clientX, event.clientY);
      },
      { passive: false },
    );
    this.view.addEventListener("pointerdown", (event) => {
      this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
      this.moved = false;
    });
    this.view.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel", "pointerleave"])
      this.view.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    this.view.addEventListener("keydown", (event) => this.key(event));
    this.observer = new ResizeObserver(() => this.isFitted !== false && this.fit());
    this.observer.observe(this.view);
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before || !this.camera) return;
    const now = [event.clientX, event.clientY];
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const reach = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]);
      if (reach(before) > 0) this.zoom(reach(now) / reach(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      this.moved = true;
    } else if (!this.isFitted || event.pointerType === "mouse") {
      if (!this.moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return; // a click with a shaky hand
      this.moved = true;
      this.pan(now[0] - before[0], now[1] - before[1]);
    }
    this.pointers.set(event.pointerId, now);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.nodes) return;
    const direction = ARROWS[event.key];
    if (direction) this.walk(direction);
    else if (event.key === "Enter" || event.key === " ") this.send("opened", this.selected);
    else if (event.key === "Escape" || event.key === "Backspace") this.send("closed", this.selected ?? "");
    else if (event.key === "+" || event.key === "=") this.zoom(KEY_ZOOM);
    else if (event.key === "-") this.zoom(1 / KEY_ZOOM);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // The nearest node in an arrow's direction; going sideways costs more than going on.
  walk([dx, dy]) {
    const center = (node) => {
      const box = node.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const here = center(this.nodes.get(this.selected));
    let best = null;
    for (const [id, node] of this.nodes) {
      const [x, y] = center(node);
      const ahead = (x - here[0]) * dx + (y - here[1]) * dy;
      const aside = Math.abs((x - here[0]) * dy) + Math.abs((y - here[1]) * dx);
      if (ahead > 4 && aside < 3 * ahead && (!best || ahead + 2 * aside < best.cost)) best = { id, cost: ahead + 2 * aside };
    }
    if (best) this.pick(best.id, true);
  }

  // --- tools in the corner ---

  drawTools(texts) {
    const key = JSON.stringify(texts);
    if (key === this.toolsKey) return;
    this.toolsKey = key;
    const button = (label, title, act) => {
      const element = document.createElement("button");
      element.type = "button";
      element.textContent = label;
      element.title = title;
      element.setAttribute("aria-label", title);
      element.addEventListener("click", act);
      return element;
    };
    this.tools.replaceChildren(
      button("+", texts.zoomIn, () => this.zoom(KEY_ZOOM)),
      button("−", texts.zoomOut, () => this.zoom(1 / KEY_ZOOM)),
      button("⤢", texts.fit, () => this.fit()),
      button("SVG", texts.svg, () => this.save("svg")),
      button("PNG", texts.png, () => this.save("png")),
    );
  }

  async save(kind) {
    const svg = new Blob([this.saved], { type: "image/svg+xml" });
    const blob = kind === "svg" ? svg : await this.raster(svg);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${this.data.fileName}.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  async raster(svg) {
    const image = new Image();
    image.src = URL.createObjectURL(svg);
    await image.decode();
    const canvas = document.createElement("canvas");
    const scale = 3; // a slide at full size
    canvas.width = this.bounds.width * scale;
    canvas.height = this.bounds.height * scale;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
}

const pictures = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let picture = pictures.get(parentElement);
  if (!picture) {
    picture = new Picture(parentElement, () => {});
    pictures.set(parentElement, picture);
  }
  let count = 0; // two equal clicks in a row are two events
  picture.send = (name, id) => setTriggerValue(name, { id, count: (count += 1) });
  picture.show(data);
}
