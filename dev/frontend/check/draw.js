// Two graphs beside each other, row by row, downwards as code is read: theirs and ours, the difference marked. Drawn with
// the marks of the Architecture picture.
import { INK, node, PAPER_INK, SHORTCUT, widthOf, words } from "../graph/marks.js";
import { svg } from "../shared/dom.js";
import { differs, rowsOf } from "./align.js";

// In CSS px:
const BETWEEN = { usual: 9, large: 6 }; // rows; a projected block is seen whole
const LARGE = 15; // letters
const APART = 14; // the two graphs
const ROOMY = { number: 34, lane: 16, aside: 20 }; // line of code and sign, what reads an earlier layer, between the paths
const TIGHT = { number: 22, lane: 8, aside: 10 };
const ROOMY_PX = 260; // a graph as wide as this
const [WIDEST, WIDEST_ASIDE] = [14.6, 11.5]; // times the height of letters
const BARE = 8; // the room of a shortcut on which nothing stands
const PADDING = 8; // of words in a box
const ARC = 4; // thickness of a shortcut
const NEXT = 7; // between two ways that lead alike
const BAND = "#ff9d00";
const SETTINGS = "#b14d8a";

/** Returns an arrow's head whose tip is at a place, pointing `down`, `left` or `right`. */
function tip(x, y, where, fill) {
  const back = { down: [0, -7, 4, 0], left: [7, 0, 0, 4], right: [-7, 0, 0, 4] }[where];
  const [dx, dy, across, along] = back;
  const ends = [`${x + dx - across},${y + dy - along}`, `${x + dx + across},${y + dy + along}`];
  return svg("polygon", { points: `${x},${y} ${ends.join(" ")}`, fill, stroke: "none" });
}

/** Returns the sizes of one graph's columns in a width, for text of the size t, with or without layers on the shortcut. */
function columnsOf(width, t, hasSide) {
  const { number, lane, aside } = width < ROOMY_PX ? TIGHT : ROOMY;
  const left = number + lane;
  const free = width - left - aside - 2;
  const main = Math.min(WIDEST * t, hasSide ? free * 0.6 : free - BARE);
  const side = hasSide ? Math.min(WIDEST_ASIDE * t, free - main) : BARE;
  const sideLeft = left + main + aside;
  return { main, side, left, lane, x: left + main / 2, sideX: sideLeft + side / 2, sideLeft };
}

/** Returns lines of text of the size t, those that are too wide for a box broken at a comma or a space. */
function fitted(lines, t, wide) {
  return lines.flatMap((text, index) => {
    const parts = text.match(/[^, ]+(, | |$)/g) ?? [text];
    const made = [];
    for (const part of parts) {
      const longer = (made.at(-1) ?? "") + part;
      if (made.length && widthOf(longer.trimEnd(), t, index === 0) <= wide - PADDING) made[made.length - 1] = longer;
      else made.push(part);
    }
    return made.map((own) => ({ text: own.trimEnd(), isBold: index === 0 }));
  });
}

/** Returns [node, lines] of a graph's nodes: a box tells its shape only where that is a new one. */
function labelsOf({ nodes }) {
  const shapes = new Map(nodes.map((own) => [own.id, own.shape]));
  return nodes.map((own) => {
    const isOld = own.lines.length > 1 && own.lines.at(-1) === own.shape && shapes.get(own.inputs[0]) === own.shape;
    return [own, isOld && !own.status ? own.lines.slice(0, -1) : own.lines];
  });
}

export class Drawing {
  /** Draws a pair of graphs, or ours `alone`, `width` CSS px wide, with text of the size t; `marks` and `statuses` are the
   *  server's. */
  constructor(pair, { width, t, marks, statuses, texts, go, isAlone }) {
    Object.assign(this, { pair, t, marks, statuses, texts, go });
    const half = isAlone ? width : (width - APART) / 2;
    this.offset = { theirs: 0, ours: isAlone ? 0 : half + APART };
    this.between = t > LARGE ? BETWEEN.large : BETWEEN.usual;
    this.rows = rowsOf(pair);
    this.labels = new Map([...labelsOf(pair.theirs), ...labelsOf(pair.ours)]);
    this.columns = columnsOf(half, t, this.rows.side.length > 0);
    this.place(width);
    this.svg = svg("svg", { viewBox: `0 0 ${width} ${this.height}`, width, height: this.height, role: "group" });
    this.svg.setAttribute("aria-label", texts.alt);
    this.svg.append(...this.bands(width), ...(isAlone ? [] : this.graph("theirs")), ...this.graph("ours"));
  }

  /** How high a node's box is. */
  tall(node) {
    return node ? 0.5 * this.t + 1.2 * this.t * this.linesOf(node).length : 0;
  }

  /** The lines of text in a node's box. */
  linesOf(node) {
    if (node.kind === "add") return [{ text: "+", isBold: true }];
    const { main, side } = this.columns;
    return fitted(this.labels.get(node), this.t, node.path === "shortcut" ? side : main);
  }

  /** Places the rows. */
  place(width) {
    const { main, side, from } = this.rows;
    this.width = width;
    this.tops = [];
    this.stand = { theirs: new Map(), ours: new Map() };
    let y = 2;
    for (const [at, row] of main.entries()) {
      const beside = side[at - from];
      const all = [row.theirs, row.ours, beside?.theirs, beside?.ours];
      const height = row.folded ? 1.6 * this.t : Math.max(...all.map((node) => this.tall(node)), 1.7 * this.t);
      this.tops.push({ y, height });
      this.seat(row, at, y, height, false);
      if (beside) this.seat(beside, at, y, height, true);
      y += height + this.between;
    }
    this.height = y - this.between + 4;
  }

  /** Notes where the nodes of a row stand. */
  seat(row, at, y, height, isSide) {
    const { main, side, left, sideLeft } = this.columns;
    for (const whose of ["theirs", "ours"]) {
      const x = this.offset[whose] + (isSide ? sideLeft : left);
      const made = (node) => {
        const h = this.tall(node);
        return { node, at, isSide, x, y: y + (height - h) / 2, w: isSide ? side : main, h, cy: y + height / 2 };
      };
      if (row[whose]) this.stand[whose].set(row[whose].id, made(row[whose]));
      for (const [index, folded] of (row.folded ?? []).entries())
        if (folded[whose]) this.stand[whose].set(folded[whose].id, { ...made(folded[whose]), isFolded: true, index });
    }
  }

  /** Returns a ground under every row with a difference, over both graphs. */
  bands(width) {
    const { main, side, from } = this.rows;
    return this.tops.flatMap(({ y, height }, at) => {
      const beside = side[at - from];
      if (main[at].folded || !(differs(main[at]) || (beside && differs(beside)))) return [];
      const box = { x: 0, y: y - this.between / 2 + 1, width, height: height + this.between - 2, rx: 4 };
      return [svg("rect", { ...box, fill: BAND, "fill-opacity": 0.22, class: "band" })];
    });
  }

  /** Returns all of one graph. */
  graph(whose) {
    const { edges } = this.pair[whose];
    const seen = new Map();
    const ways = edges.flatMap((edge) => {
      const key = `${edge.tail} ${edge.head}`;
      seen.set(key, (seen.get(key) ?? -1) + 1);
      return this.way(whose, edge, seen.get(key));
    });
    return [...ways, ...this.ghosts(whose), ...this.folds(whose), ...this.boxes(whose)];
  }

  /** Returns the boxes. */
  boxes(whose) {
    return [...this.stand[whose].values()].filter((place) => !place.isFolded).map((place) => this.box(whose, place));
  }

  /** Returns one layer's box with its words, its sign and its line in the code. */
  box(whose, { node: own, x, y, w, h, isSide }) {
    const mark = this.marks[own.kind] ?? this.marks.other;
    const status = this.statuses[own.status];
    const look = status ? { color: status.color, style: `${mark.style},${status.style}` } : mark;
    const isSum = own.kind === "add";
    const place = isSum ? [x + w / 2 - h / 2, y, h, h] : [x, y, w, h];
    const shape = { ...mark, ...look, name: "", status: own.status };
    const made = node(shape, ...place);
    made.removeAttribute("id");
    if (!own.is_read) made.classList.add("unread");
    made.append(...this.text(own, isSum, x + w / 2, y + h / 2, w));
    made.append(
      svg("title", {}, [own.name, own.shape, own.is_read ? "" : this.texts.unread].filter(Boolean).join(" · ")),
    );
    const number = this.number(whose, own, isSide ? x - 1 : x - this.columns.lane, y + h / 2, status);
    return svg("g", { class: "layer" }, made, ...number);
  }

  /** Returns what stands in a box. */
  text(own, isSum, x, cy, w) {
    const lines = this.linesOf(own);
    return lines.map(({ text, isBold }, index) => {
      const size = Math.min(this.t, (this.t * (w - 4)) / Math.max(1, widthOf(text, this.t, isBold)));
      const y = cy + (index - (lines.length - 1) / 2) * 1.2 * this.t;
      return words(text, x, y, isSum ? 1.3 * this.t : size, { isBold, fill: PAPER_INK });
    });
  }

  /** Returns the sign of a difference and the line of the code, which is a way to it. */
  number(whose, own, x, cy, status) {
    const sign = status ? [words(status.sign, x - 1, cy, 1.2 * this.t, { anchor: "end", isBold: true })] : [];
    if (whose === "ours" || !own.line || own.path === "shortcut") return sign;
    const text = words(String(own.line), 0, cy, 0.9 * this.t, { anchor: "start" });
    const link = svg("g", { class: "code", role: "button", tabindex: "-1" }, text);
    link.append(svg("title", {}, this.texts.line.replace("{n}", own.line)));
    link.addEventListener("click", () => this.go(own.line));
    return [...sign, link];
  }

  /** Returns empty places of theirs where ours has a layer. */
  ghosts(whose) {
    const { main, side, from } = this.rows;
    if (whose === "ours") return [];
    const lacking = (rows, first) => rows.map((row, at) => ({ own: row.ours, at: at + first, row }));
    return [...lacking(main, 0), ...lacking(side, from)]
      .filter(({ own, row }) => own?.status === "missing" && !row.theirs)
      .map(({ own, at }) => {
        const { x, y, w, h } = this.stand.ours.get(own.id) ?? {};
        const box = { x: x - this.offset.ours, y, width: w, height: h, rx: 4 };
        const look = { stroke: BAND, "stroke-width": 2, "stroke-dasharray": "4 3", class: "ghost" };
        const cy = (this.tops[at]?.y ?? y) + (this.tops[at]?.height ?? h) / 2;
        return svg(
          "g",
          {},
          svg("rect", { ...box, ...look }),
          words(this.texts.missing, box.x + w / 2, cy, this.t, { fill: "currentColor" }),
        );
      });
  }

  /** Returns the words for rows that are folded. */
  folds(whose) {
    return this.rows.main.flatMap((row, at) => {
      const count = row.folded?.filter((own) => own[whose]).length;
      if (!count) return [];
      const { y, height } = this.tops[at];
      const text = this.texts.alike.replace("{n}", count);
      const x = this.offset[whose] + this.columns.x;
      const wide = widthOf(text, this.t) + 10;
      const plate = { x: x - wide / 2, y, width: wide, height, rx: 4, class: "ghost" };
      return [svg("rect", plate), words(text, x, y + height / 2, this.t, { fill: "currentColor" })];
    });
  }

  /** Whether nothing of a graph stands between two places of one column. */
  isNext(whose, from, to) {
    const between = (place) => place.isSide === from.isSide && place.at > from.at && place.at < to.at;
    return from.isSide === to.isSide && from.at < to.at && ![...this.stand[whose].values()].some(between);
  }

  /** Returns the way of an edge, the `twin`th between the same two. */
  way(whose, edge, twin) {
    const { tail, head, is_shortcut: isShortcut, status } = edge;
    const [from, to] = [this.stand[whose].get(tail), this.stand[whose].get(head)];
    if (!from || !to || (from.isFolded && to.isFolded && from.at === to.at)) return [];
    const isAside = from.isSide || to.isSide;
    const color = isShortcut || isAside ? SHORTCUT : status ? SETTINGS : INK;
    const stroke = { fill: "none", stroke: color, "stroke-width": isShortcut || isAside ? ARC : status ? 2.6 : 1.6 };
    if (status === "missing") stroke["stroke-dasharray"] = "4 3";
    const [d, ...end] = this.line(whose, from, to, { isShortcut, twin, isNext: this.isNext(whose, from, to) && !twin });
    const kind = color === INK ? "edge" : "way";
    return [svg("g", { class: kind }, svg("path", { d, ...stroke }), tip(...end, color))];
  }

  /** Returns a way as SVG writes it and its end: x, y, where its arrow points. */
  line(whose, from, to, { isShortcut, twin, isNext }) {
    const { x, sideX, left } = this.columns;
    const [main, aside] = [this.offset[whose] + x, this.offset[whose] + sideX];
    const right = (place) => (place.node.kind === "add" ? main + place.h / 2 : place.x + place.w);
    if (isNext) {
      const at = from.isSide ? aside : main;
      return [`M${at},${from.y + from.h}V${to.y - 5}`, at, to.y, "down"];
    }
    if (to.isSide && !from.isSide) return [`M${right(from)},${from.cy}H${aside}V${to.y - 5}`, aside, to.y, "down"];
    if (from.isSide) return [`M${aside},${from.y + from.h}V${to.cy}H${right(to) + 5}`, right(to), to.cy, "left"];
    if (isShortcut) {
      const lane = aside + twin * NEXT;
      const [start, end] = [from.cy + twin * NEXT, to.cy + twin * NEXT];
      return [`M${right(from)},${start}H${lane}V${end}H${right(to) + 5}`, right(to), end, "left"];
    }
    const lane = this.offset[whose] + left - this.columns.lane / 2 - twin * NEXT;
    const start = to.node.kind === "add" ? main - to.h / 2 : to.x;
    const y = to.cy - 3 + twin * NEXT;
    return [`M${from.x},${from.cy}H${lane}V${y}H${start - 5}`, start, y, "right"];
  }
}
