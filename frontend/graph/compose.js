// Sets laid-out parts like words in lines, frames the stages and the open blocks, and wires each part to the next.

const SVG = "http://www.w3.org/2000/svg";
const INK = "#5f6368"; // outside the page's colours: what a saved picture has
const FONT = "Helvetica,Arial,sans-serif";
const GAP = 26; // pt between parts
const GUTTER = 16; // pt between lines, where wires run
const PAD = 7; // pt inside a frame
const TITLE = 19; // pt for a frame's title
const FOOT = 12; // pt below a block, for the wire that leaves it
const CORNER = 6;
const BUTTON = 18;
const WRAPS = [330, 440, 560, 700, 860, 1040, 1300, 1700, 2300]; // pt: the line widths tried

export function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const numbers = (text) => (text ?? "").match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];

// The box of a node's outline, or of its text where it has none, in the coordinates of its part.
function boxOf(node, [shiftX, shiftY]) {
  const shape = node.querySelector("path, polygon, ellipse");
  let xs, ys;
  if (shape?.tagName === "ellipse") {
    const [cx, cy, rx, ry] = ["cx", "cy", "rx", "ry"].map((key) => Number(shape.getAttribute(key)));
    xs = [cx - rx, cx + rx];
    ys = [cy - ry, cy + ry];
  } else if (shape) {
    const all = numbers(shape.getAttribute("points") ?? shape.getAttribute("d"));
    xs = all.filter((_, index) => index % 2 === 0);
    ys = all.filter((_, index) => index % 2 === 1);
  } else {
    const text = node.querySelector("text");
    const half = (text.textContent.length * 6.6) / 2;
    xs = [Number(text.getAttribute("x")) - half, Number(text.getAttribute("x")) + half];
    ys = [Number(text.getAttribute("y")) - 11, Number(text.getAttribute("y")) + 4];
  }
  const [left, right] = [Math.min(...xs) + shiftX, Math.max(...xs) + shiftX];
  const [top, bottom] = [Math.min(...ys) + shiftY, Math.max(...ys) + shiftY];
  return { left, right, top, bottom, cx: (left + right) / 2, cy: (top + bottom) / 2 };
}

// A part of the picture from Graphviz's SVG: its drawing, its size and where the signal enters and leaves.
export function read(part, svg) {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const [, , width, height] = numbers(parsed.getAttribute("viewBox"));
  const graph = document.importNode(parsed.querySelector("g.graph"), true);
  const [, shiftX, shiftY] = /translate\(([-\d.]+)[ ,]+([-\d.]+)\)/.exec(graph.getAttribute("transform")).map(Number);
  graph.removeAttribute("id");
  graph.removeAttribute("class");
  const edges = [];
  let entry, exit;
  for (const item of graph.querySelectorAll("g.node, g.edge")) {
    const title = item.querySelector("title").textContent;
    if (item.classList.contains("edge")) {
      edges.push(title.split("->"));
      item.removeAttribute("id");
    } else {
      if (title === part.entry) entry = boxOf(item, [shiftX, shiftY]);
      if (title === part.exit) exit = boxOf(item, [shiftX, shiftY]);
      if (item.id !== title) item.removeAttribute("id"); // x, where the roads part: no layer of its own
    }
  }
  for (const title of graph.querySelectorAll("title")) title.remove(); // browsers would show them as tooltips
  for (const ground of graph.querySelectorAll(":scope > polygon")) ground.remove();
  const isBlock = part.entry !== part.exit;
  const room = part.title ? TITLE + PAD : 0;
  return {
    ...part,
    graph,
    edges,
    entry,
    exit,
    isBlock,
    room,
    entryName: part.entry,
    exitName: part.exit,
    width: width + (part.title ? 2 * PAD - 8 : -8), // Graphviz leaves 4 pt around; frames bring their own
    height: height - 8 + room + (isBlock ? FOOT : 0) + (part.title ? PAD : 0),
    shiftX: part.title ? PAD - 4 : -4,
    shiftY: room - 4,
  };
}

function lines(row, wrap) {
  const found = [[]];
  let used = 0;
  for (const part of row.parts) {
    const gap = part.label ? part.label.trim().length * 6 + 22 : GAP;
    if (found.at(-1).length && used + part.width > wrap) {
      found.push([]);
      used = 0;
    }
    found.at(-1).push({ part, x: used });
    used += part.width + gap;
  }
  return found.map((line) => {
    const entryY = Math.max(...line.map(({ part }) => part.entry.cy + part.shiftY));
    for (const place of line) place.y = entryY - place.part.entry.cy - place.part.shiftY;
    const last = line.at(-1);
    return { line, width: last.x + last.part.width, height: Math.max(...line.map(({ part, y }) => part.height + y)) };
  });
}

// Frames side by side as long as they fit: each has its lines, its place on a shelf, and the shelf's height.
function shelved(rows, wrap, widest) {
  const shelves = [];
  for (const row of rows) {
    const own = lines(row, wrap);
    const title = row.title.length * 7.4 + 2 * BUTTON;
    const width = Math.max(title, ...own.map((line) => line.width)) + 2 * PAD;
    const inner = own.reduce((sum, line) => sum + line.height, 0) + GUTTER * (own.length - 1);
    const frame = { row, lines: own, width, height: inner + TITLE + PAD };
    const shelf = shelves.at(-1);
    // What is open has a shelf of its own: beside it the others would leave much empty.
    if (shelf && !row.is_open && !shelf.frames[0].row.is_open && shelf.width + GAP + width <= widest) {
      shelf.frames.push(frame);
      shelf.width += GAP + width;
      shelf.height = Math.max(shelf.height, frame.height);
    } else shelves.push({ frames: [frame], width, height: frame.height });
  }
  const width = Math.max(...shelves.map((shelf) => shelf.width));
  const height = shelves.reduce((sum, shelf) => sum + shelf.height, 0) + GUTTER * (shelves.length - 1);
  return { shelves, width, height };
}

// Returns the picture for a frame of that width over height: lines and shelves are chosen so that it is largest.
export function compose(rows, aspect, texts) {
  // A stage in one line, and one stage below the other, is easiest to follow: other ways must gain much to be taken.
  const worth = ({ width, height, shelves }) => {
    const isBroken = shelves.some(({ frames }) => frames.some(({ row, lines: own }) => own.length > 1 && !row.is_open));
    const isPacked = shelves.length < rows.length;
    return Math.min(aspect / width, 1 / height) * (isBroken ? 0.75 : 1) * (isPacked ? 0.88 : 1);
  };
  let best = null;
  for (const wrap of WRAPS)
    for (const widest of [0, ...WRAPS]) {
      const tried = shelved(rows, wrap, widest);
      if (!best || worth(tried) > worth(best) * 1.001) best = tried;
    }
  const svg = element("svg", { xmlns: SVG, role: "group" });
  const frames = element("g", { class: "frames" });
  const wires = element("g", { class: "wires" });
  const drawings = element("g", { class: "parts" });
  const folds = element("g", { class: "folds" });
  svg.append(frames, wires, drawings, folds);
  const groups = new Map();
  const edges = [];
  const placed = [];
  let y = 0;
  for (const shelf of best.shelves) {
    let left = 0;
    const floor = y + shelf.height;
    shelf.frames.forEach(({ row, lines: own, width }, index) => {
      const isLastFrame = index === shelf.frames.length - 1;
      const box = { x: left, y, width: isLastFrame ? best.width - left : width, height: shelf.height };
      groups.set(row.name, box);
      frames.append(frame(box, "stage"));
      const right = box.x + box.width - PAD;
      frames.append(label(row.title, right - (row.can_open ? BUTTON + 5 : 0), y + 15, "end"));
      if (row.can_open) folds.append(fold(row.name, row.is_open, right - BUTTON + 3, y + 3, texts, row.title));
      let top = y + TITLE;
      own.forEach(({ line, height }, number) => {
        // Where a wire runs that leaves this line: inside the frame for its next line, below the shelf for the next one.
        const low = number === own.length - 1 && isLastFrame ? floor + GUTTER / 2 : top + height + (PAD + GUTTER) / 4;
        for (const place of line) {
          const { part } = place;
          const [x, down] = [left + PAD + place.x, top + place.y];
          part.graph.setAttribute("class", "part");
          const thing = part.block ? { class: "block", "data-block": part.block } : {};
          drawings.append(element("g", { transform: `translate(${x + part.shiftX} ${down + part.shiftY})`, ...thing }, part.graph));
          if (part.title) {
            const inner = { x, y: down, width: part.width, height: part.height - FOOT };
            groups.set(part.name, inner);
            frames.append(frame(inner, "block"), label(part.title, x + PAD, down + 15, "start"));
            folds.append(fold(part.name, true, x + part.width - BUTTON - 4, down + 3, texts, part.title));
          } else if (part.isBlock) groups.set(part.name, { x, y: down, width: part.width, height: part.height });
          edges.push(...part.edges);
          placed.push({ part, dx: x + part.shiftX, dy: down + part.shiftY, right: x + part.width, left: x, low, line, shelf });
        }
        top += height + GUTTER;
      });
      left += box.width + GAP;
    });
    y = floor + GUTTER;
  }
  placed.forEach((from, index) => {
    const to = placed[index + 1];
    if (!to) return;
    edges.push([from.part.exitName, to.part.entryName]);
    wires.append(wire(from, to));
    if (to.part.is_removed && !from.part.is_removed) {
      const real = placed.slice(index + 2).find((place) => !place.part.is_removed);
      if (real) wires.append(bypass(from, real));
    }
  });
  return { svg, bounds: { x: -6, y: -6, width: best.width + 12, height: best.height + 12 }, groups, edges };
}

function frame({ x, y, width, height }, kind) {
  const dash = kind === "block" ? { "stroke-dasharray": "5 4" } : {};
  return element("rect", { x, y, width, height, rx: 8, class: `outline ${kind}`, fill: "none", stroke: INK, "stroke-width": 0.8, ...dash });
}

function label(text, x, y, anchor) {
  const made = element("text", { x, y, "text-anchor": anchor, "font-family": FONT, "font-size": 13, fill: INK, class: "title" });
  made.textContent = text;
  return made;
}

// The button that folds or unfolds a group.
function fold(name, isOpen, x, y, texts, title) {
  const sign = label(isOpen ? "−" : "+", x + BUTTON / 2 - 1, y + BUTTON / 2 + 4.5, "middle");
  sign.setAttribute("font-weight", "bold");
  const plate = element("rect", { x, y, width: BUTTON - 2, height: BUTTON - 2, rx: 4, fill: "white", stroke: INK });
  const says = `${isOpen ? texts.close : texts.open}: ${title}`;
  const button = element("g", { class: "fold", role: "button", tabindex: "-1", "data-group": name, "aria-label": says }, plate, sign);
  return button;
}

function wire(from, to) {
  const [start, end] = [from.part.exit, to.part.entry];
  const [x0, x1] = [from.dx, to.dx];
  const [y0, y1] = [from.dy, to.dy];
  const isBeside = to.left > from.right && from.shelf === to.shelf;
  const isStraight = isBeside && !from.part.isBlock && Math.abs(start.cy + y0 - end.cy - y1) < 1;
  let points;
  if (isStraight) {
    points = [[start.right + x0, start.cy + y0], [end.left + x1, end.cy + y1]];
  } else if (isBeside) {
    const gutter = to.left - (from.line === to.line ? 13 : GAP / 2 + PAD);
    const low = start.bottom + y0 + FOOT * 0.75;
    points = [[start.cx + x0, start.bottom + y0], [start.cx + x0, low], [gutter, low], [gutter, end.cy + y1], [end.left + x1, end.cy + y1]];
  } else {
    points = [[start.cx + x0, start.bottom + y0], [start.cx + x0, from.low], [end.cx + x1, from.low], [end.cx + x1, end.top + y1]];
  }
  const style = { fill: "none", stroke: INK, "stroke-width": 1.1 };
  if (from.part.is_removed || to.part.is_removed) style["stroke-dasharray"] = "1.5 3";
  const made = element("g", { class: "edge wire" }, element("path", { d: rounded(points), ...style }), arrow(points));
  if (isStraight && from.line === to.line && from.part.label) {
    const text = label(from.part.label.trim(), (points[0][0] + points[1][0]) / 2 - 2, points[0][1] - 5, "middle");
    text.setAttribute("font-size", 11.5);
    made.append(text);
  }
  return made;
}

// The edge that is really there, past layers that only the other network has.
function bypass(from, to) {
  const [start, end] = [from.part.exit, to.part.entry];
  if (from.line !== to.line || from.part.isBlock) return wire(from, to);
  const high = Math.min(start.top + from.dy, end.top + to.dy) - 9;
  const [x0, x1] = [start.cx + from.dx, end.cx + to.dx];
  const points = [[x0, start.top + from.dy], [x0, high], [x1, high], [x1, end.top + to.dy]];
  return element("g", { class: "edge wire" }, element("path", { d: rounded(points), fill: "none", stroke: INK, "stroke-width": 1.1 }), arrow(points));
}

function rounded(points) {
  const parts = [`M${points[0]}`];
  for (let i = 1; i < points.length - 1; i += 1) {
    const [[ax, ay], [bx, by], [cx, cy]] = points.slice(i - 1, i + 2);
    const before = Math.min(CORNER, Math.hypot(bx - ax, by - ay) / 2);
    const after = Math.min(CORNER, Math.hypot(cx - bx, cy - by) / 2);
    parts.push(`L${bx - Math.sign(bx - ax) * before},${by - Math.sign(by - ay) * before}`);
    parts.push(`Q${bx},${by} ${bx + Math.sign(cx - bx) * after},${by + Math.sign(cy - by) * after}`);
  }
  return [...parts, `L${points.at(-1)}`].join(" ");
}

function arrow(points) {
  const [[ax, ay], [bx, by]] = points.slice(-2);
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  const back = [bx - 7 * ux, by - 7 * uy];
  const corners = [[bx, by], [back[0] - 2.6 * uy, back[1] + 2.6 * ux], [back[0] + 2.6 * uy, back[1] - 2.6 * ux]];
  return element("polygon", { points: corners.map((c) => c.join(",")).join(" "), fill: INK, stroke: INK });
}
