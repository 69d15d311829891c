// Numbers of a sum as people read them.

/** Returns a number in a few digits, with a true minus; NaN and ∞, which JSON has not, come as texts. */
export function number(value, digits = 3) {
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return "NaN";
  const text = value === 0 ? "0" : String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

/** Returns a number for a cell: what is next to nothing there takes no more room than the others; `least` is what is not. */
export const brief = (value, least = 0.001) => number(value, Math.abs(value) < least ? 1 : 2);

/** Returns all products of pages in their order, as [page, row, column]. */
export const productsOf = (pages) =>
  pages.flatMap((page, p) => page.products.flatMap((row, y) => row.map((_value, x) => [p, y, x])));

/** Returns the sum of the first products of an order. */
export const sumOf = (pages, places) => places.reduce((sum, [p, y, x]) => sum + Number(pages[p].products[y][x]), 0);
