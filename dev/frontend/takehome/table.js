// The table of layers: a click on a head sorts, on a row finds the layer in the picture.
import { html } from "../shared/dom.js";

/** Returns how two rows compare by a column: numbers by size, texts by alphabet. */
function compare(a, b, column) {
  if (typeof a[column] === "number") return a[column] - b[column];
  return String(a[column]).localeCompare(String(b[column]));
}

export class Table {
  /** Fills `table`; layers: rows of values, the first one the layer's name, which `choose` takes. */
  constructor(table, layers, texts, choose) {
    Object.assign(this, { table, layers, texts, choose, selected: null });
    this.sorting = { column: -1, isDown: false };
    table.tHead.rows[0].append(...texts.columns.map((name, column) => this.head(name, column)));
    this.fill(layers);
  }

  /** Returns the head of a column. */
  head(name, column) {
    const head = html("th");
    const button = html("button", "", name);
    button.addEventListener("click", () => this.sort(head, column));
    head.append(button);
    return head;
  }

  /** Sorts by a column, numbers from the largest on; a second time the other way about. */
  sort(head, column) {
    const isAgain = this.sorting.column === column;
    const isDown = isAgain ? !this.sorting.isDown : typeof this.layers[0][column] === "number";
    this.sorting = { column, isDown };
    this.fill([...this.layers].sort((a, b) => (isDown ? -1 : 1) * compare(a, b, column)));
    for (const other of this.table.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
  }

  /** Puts rows in the place of the table's. */
  fill(rows) {
    this.table.tBodies[0].replaceChildren(...rows.map((row) => this.row(row)));
    this.mark(this.selected);
  }

  /** Returns one row. */
  row(values) {
    const line = html("tr");
    line.dataset.layer = values[0];
    const text = (value) => (typeof value === "number" ? value.toLocaleString(this.texts.locale) : value);
    line.append(...values.map((value) => html("td", "", text(value))));
    line.addEventListener("click", () => this.choose(values[0]));
    return line;
  }

  /** Marks the row of a layer. */
  mark(selected) {
    this.selected = selected;
    for (const row of this.table.querySelectorAll("tbody tr")) {
      row.classList.toggle("selected", row.dataset.layer === selected);
    }
  }
}
