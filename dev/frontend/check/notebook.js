// A student's file as code: a module as it is, a notebook's code cells one after the other.

export const MOST_BYTES = 5_000_000; // a notebook carries its pictures

/** Returns a cell's text: notebooks write it as lines or as one. */
const textOf = (source) => (Array.isArray(source) ? source.join("") : String(source ?? ""));

/** Returns the code in a file's text; throws where a notebook is none. */
export function codeOf(name, text) {
  if (!name.toLowerCase().endsWith(".ipynb")) return text.replace(/\r\n?/g, "\n");
  const notebook = JSON.parse(text);
  const cells = notebook.cells ?? notebook.worksheets?.flatMap((sheet) => sheet.cells ?? []);
  const code = cells.filter((cell) => cell.cell_type === "code").map((cell) => textOf(cell.source ?? cell.input));
  return code
    .map((cell) => cell.replace(/\r\n?/g, "\n").trimEnd())
    .filter(Boolean)
    .join("\n\n");
}
