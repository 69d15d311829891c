// One channel's patch, kernel and products as three grids.
import { html } from "../shared/dom.js";
import { brief } from "./numbers.js";

const KERNEL = "kernel";
const NAMES = ["patch", KERNEL, "products"];
const SIGNS = ["×", "="]; // between them
const [READABLE, GAP] = [31, 26]; // CSS px: the least cell with a number in it; what stands between two grids
const [LARGEST_REM, FLAT_REM, HIGH_REM] = [4.6, 2.1, 2.6]; // a cell: how wide, how high among many rows, among three
const [LABEL_REM, LONGEST_EM] = [6, 3.25]; // a row's name; the longest number, as −0.0046
const [LEAST_DIGITS, RIM] = [11, 6]; // CSS px: a number's size, and what a cell leaves free about it
const TIGHT = 0.01; // where the longest number does not fit, one digit is enough of less

/** Returns a cell; a colour comes as the ground's and the ink's in one, "#rrggbb#rrggbb". What lies on padding is no value of
 *  the map and has none of its colours. */
function cellOf(color, isPadding) {
  const cell = html("span", "cell");
  cell.classList.toggle("padding", isPadding);
  if (isPadding) return cell;
  cell.style.background = color.slice(0, 7);
  cell.style.color = color.slice(7);
  return cell;
}

export class Grids {
  /** `choose` takes the row and the column of a cell that was clicked on. */
  constructor(choose) {
    this.choose = choose;
    this.box = html("div", "grids");
  }

  /** Draws a page, its grids called by `words`; `padding` says, row by row, which cells lie on padding, null for none. */
  draw(page, { words, padding }) {
    Object.assign(this, { page, padding });
    this.cells = []; // of patch, kernel and products, row by row
    const grids = NAMES.map((name) => this.gridOf(name, words[name]));
    this.box.replaceChildren(
      grids[0],
      html("span", "sign", SIGNS[0]),
      grids[1],
      html("span", "sign", SIGNS[1]),
      grids[2],
    );
    this.resize();
  }

  /** Returns one grid; the first has the rows' names before it, where rows have names. */
  gridOf(name, caption) {
    const { page } = this;
    const grid = html("div", "grid");
    grid.append(html("div", "caption", caption));
    const own = [];
    page[name].forEach((row, y) => {
      const line = html("div", "row");
      if (name === NAMES[0] && page.names) line.append(html("span", "name", page.names[y]));
      const isPadding = (x) => name !== KERNEL && Boolean(this.padding?.[y][x]);
      const cells = row.map((_value, x) => cellOf(page.colors[name][y][x], isPadding(x)));
      cells.forEach((cell, x) => {
        cell.addEventListener("click", () => this.choose(y, x));
      });
      line.append(...cells);
      own.push(...cells);
      grid.append(line);
    });
    this.cells.push(own);
    return grid;
  }

  /** Makes the cells as large as the width allows; too small ones show colours only. */
  resize() {
    if (!this.page) return;
    const { patch, names } = this.page;
    const [rows, columns] = [patch.length, patch[0].length];
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const room = this.box.parentNode.clientWidth - 2 * GAP - (names ? LABEL_REM * rem : 0);
    const cell = Math.min((columns === 1 ? 2 : 1) * LARGEST_REM * rem, Math.floor(room / (3 * columns)));
    const isReadable = cell >= READABLE;
    const high = (rows > 3 ? FLAT_REM : HIGH_REM) * rem;
    const digits = Math.max(LEAST_DIGITS, Math.min(rem, (cell - RIM) / LONGEST_EM));
    const least = digits * LONGEST_EM > cell ? TIGHT : undefined;
    for (const [index, name] of NAMES.entries())
      for (const [place, value] of this.page[name].flat().entries())
        this.cells[index][place].textContent = brief(value, least);
    this.box.style.setProperty("--cell", `${cell}px`);
    this.box.style.setProperty("--high", `${isReadable ? Math.min(cell, high) : cell}px`);
    this.box.style.setProperty("--digits", `${digits}px`);
    this.box.classList.toggle("small", !isReadable);
    this.box.classList.toggle("named", Boolean(names));
  }

  /** Frames one cell in all grids; the products after it are still to come. Before the sum has started, all stand. */
  mark(y, x, hasStarted) {
    const own = y * this.page.patch[0].length + x;
    this.cells.forEach((cells, index) => {
      cells.forEach((cell, i) => {
        cell.classList.toggle("now", hasStarted && i === own);
        cell.classList.toggle("later", hasStarted && i > own && NAMES[index] === "products");
      });
    });
  }
}
