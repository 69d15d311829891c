// The picture's marks: boxes, sums, arcs, wires, words. Colours are those of paper; the style sheet changes them by theme.

const SVG = "http://www.w3.org/2000/svg";
export const INK = "#5f6368"; // outside the page's colours: what a saved picture has
export const SHORTCUT = "#d55e00"; // viz/theme.py
const FONT = "Helvetica,Arial,sans-serif";

export function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

let pen;
export function widthOf(text, size, isBold = false) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = `${isBold ? "bold " : ""}${size}px ${FONT}`;
  return pen.measureText(text).width;
}

// A line of text whose middle is at that height; turned, it reads upwards.
export function words(
  text,
  x,
  y,
  size,
  { anchor = "middle", isBold = false, isTurned = false, fill = INK, name = "" } = {},
) {
  const made = element("text", {
    x,
    y: y + size * 0.355,
    "text-anchor": anchor,
    "font-family": FONT,
    "font-size": size,
    fill,
  });
  if (isBold) made.setAttribute("font-weight", "bold");
  if (isTurned) made.setAttribute("transform", `rotate(-90 ${x} ${y})`);
  if (name) made.setAttribute("class", name);
  made.textContent = text;
  return made;
}

const corners = (points) =>
  points.map((point) => point.map((value) => Math.round(value * 100) / 100).join(",")).join(" ");

const OUTLINES = {
  ellipse: (x, y, w, h) => element("ellipse", { cx: x + w / 2, cy: y + h / 2, rx: w / 2, ry: h / 2 }),
  octagon: (x, y, w, h) => {
    const c = Math.min(w, h) * 0.28;
    const [r, b] = [x + w, y + h];
    const points = [
      [x + c, y],
      [r - c, y],
      [r, y + c],
      [r, b - c],
      [r - c, b],
      [x + c, b],
      [x, b - c],
      [x, y + c],
    ];
    return element("polygon", { points: corners(points) });
  },
  cds: (x, y, w, h) => {
    const c = Math.min(w, h) * 0.25;
    return element("polygon", {
      points: corners([
        [x, y],
        [x + w - c, y],
        [x + w, y + h / 2],
        [x + w - c, y + h],
        [x, y + h],
      ]),
    });
  },
  rounded: (x, y, w, h) => {
    const r = Math.min(7, w / 3, h / 3);
    return element("path", {
      d: `M${x + r},${y}h${w - 2 * r}q${r},0 ${r},${r}v${h - 2 * r}q0,${r} ${-r},${r}h${2 * r - w}q${-r},0 ${-r},${-r}v${2 * r - h}q0,${-r} ${r},${-r}z`,
    });
  },
  box: (x, y, w, h) =>
    element("polygon", {
      points: corners([
        [x, y],
        [x + w, y],
        [x + w, y + h],
        [x, y + h],
      ]),
    }),
};

// A drawn node at a place: its outline alone, words come on top.
export function node(box, x, y, w, h) {
  const style = box.style.split(",");
  const kind =
    box.shape === "circle" ? "ellipse" : box.shape === "box" && style.includes("rounded") ? "rounded" : box.shape;
  const outline = OUTLINES[kind](x, y, w, h);
  const isGone = box.fate === "removed";
  const look = {
    fill: isGone ? "none" : box.fill,
    stroke: box.color,
    "stroke-width": box.fate ? 2.6 : style.includes("bold") ? 1.8 : 1.2,
  };
  if (style.includes("dashed")) look["stroke-dasharray"] = "4 3";
  if (style.includes("dotted")) look["stroke-dasharray"] = "1.5 2.5";
  if (isGone) look["pointer-events"] = "all";
  for (const [key, value] of Object.entries(look)) outline.setAttribute(key, value);
  const made = element("g", { id: box.name, class: `node ${box.fate}`.trim() }, outline);
  if (style.includes("diagonals")) {
    const c = Math.min(6, w / 3, h / 3);
    const cut = (x0, y0, x1, y1) =>
      element("line", { x1: x0, y1: y0, x2: x1, y2: y1, stroke: box.color, "stroke-width": 1 });
    const [r, b] = [x + w, y + h];
    made.append(cut(x, y + c, x + c, y), cut(r - c, y, r, y + c), cut(x, b - c, x + c, b), cut(r - c, b, r, b - c));
  }
  return made;
}

export function wire(x0, x1, y, { isArrow = false, isDotted = false } = {}) {
  const line = element("path", { d: `M${x0},${y}H${x1}`, fill: "none", stroke: INK, "stroke-width": 1.6 });
  if (isDotted) line.setAttribute("stroke-dasharray", "2 3");
  return element("g", { class: "edge wire" }, line, ...(isArrow ? [arrow(x1, y, 0, INK)] : []));
}

// From the end of a line between the lines to the start of the next.
export function turn(right, y0, between, y1, left) {
  const d = `M${right - 6},${y0}H${right + 2}V${between}H-3V${y1}H${left}`;
  return element(
    "g",
    { class: "edge wire" },
    element("path", { d, fill: "none", stroke: INK, "stroke-width": 1.6, "stroke-linejoin": "round" }),
    arrow(left, y1, 0, INK),
  );
}

// An arrow's head with its tip at a place, turned by so many degrees from rightwards.
export function arrow(x, y, turn, color, size = 5) {
  const points = corners([
    [0, 0],
    [-1.4 * size, -0.75 * size],
    [-1.4 * size, 0.75 * size],
  ]);
  return element("polygon", { points, fill: color, transform: `translate(${x} ${y}) rotate(${turn})` });
}

// The way of a shortcut: up, over, and down into the sum.
export function archWay(x0, x1, low, top) {
  const r = Math.min((x1 - x0) / 2, (low - top) * 0.9);
  return `M${x0},${low}V${top + r}Q${x0},${top} ${x0 + r},${top}H${x1 - r}Q${x1},${top} ${x1},${top + r}V${low}`;
}

export function arch(x0, x1, low, top, thickness, isGone) {
  const tip = 1.6 * thickness;
  const line = element("path", {
    d: archWay(x0, x1, low, top).replace(/V[-\d.]+$/, `V${low - tip}`),
    fill: "none",
    stroke: SHORTCUT,
    "stroke-width": isGone ? 1.5 : thickness,
  });
  if (isGone) line.setAttribute("stroke-dasharray", "4 3");
  return element(
    "g",
    { class: `shortcut ${isGone ? "removed" : ""}`.trim() },
    line,
    arrow(x1, low, 90, SHORTCUT, tip / 1.2),
  );
}

// The button that folds or unfolds a group.
export function fold(name, isOpen, right, y, t, texts, title) {
  const side = Math.max(16, 1.3 * t);
  const x = right - side - 4;
  // Down to open, up to fold: a plus would be a third one beside the sum and the zoom.
  const [cx, cy, arm] = [x + side / 2, y + side / 2, side * 0.26 * (isOpen ? -1 : 1)];
  const points = [
    [cx - Math.abs(arm), cy - arm / 2],
    [cx, cy + arm / 2],
    [cx + Math.abs(arm), cy - arm / 2],
  ]
    .map((point) => point.join(","))
    .join(" ");
  const sign = element("polyline", {
    points,
    fill: "none",
    stroke: INK,
    "stroke-width": 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  });
  const plate = element("rect", { x, y, width: side, height: side, rx: 4, fill: "white", stroke: INK });
  const says = `${isOpen ? texts.close : texts.open}: ${title}`;
  return element(
    "g",
    { class: "fold", role: "button", tabindex: "-1", "data-group": name, "aria-label": says },
    plate,
    sign,
  );
}

export function frame({ x, y, width, height }, kind) {
  return element("rect", {
    x,
    y,
    width,
    height,
    rx: 8,
    class: `outline ${kind}`,
    fill: kind === "stage" ? "#f3f4f6" : "white",
    stroke: INK,
    "stroke-width": 0.8,
  });
}
