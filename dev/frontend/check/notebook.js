// A student's file as code: a module as it is, a notebook's code cells one after the other.

const MOST_MB = 20; // a notebook carries its pictures
const MOST_SIGNS = 200_000; // of code: the checker takes no more (check/judging.py)
const ENCODINGS = ["utf-8", "gb18030"]; // the second is what a Chinese Windows may write

/** Returns a cell's text: notebooks write it as lines or as one. */
const textOf = (source) => (Array.isArray(source) ? source.join("") : String(source ?? ""));

/** Returns the code in a file's text; throws where a notebook is none. */
export function codeOf(name, text) {
  if (!name.toLowerCase().endsWith(".ipynb")) return text.replace(/\r\n?/g, "\n");
  const notebook = JSON.parse(text);
  const cells = notebook.cells ?? notebook.worksheets.flatMap((sheet) => sheet.cells ?? []);
  const code = cells.filter((cell) => cell.cell_type === "code").map((cell) => textOf(cell.source ?? cell.input));
  return code
    .map((cell) => cell.replace(/\r\n?/g, "\n").trimEnd())
    .filter(Boolean)
    .join("\n\n");
}

/** Returns a file's bytes as text; throws where they are none. */
function decoded(bytes) {
  for (const encoding of ENCODINGS) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells a text from what is none
      if (!/[\0-\x08\x0e-\x1f]/.test(text)) return text;
    } catch {
      // not in this one
    }
  }
  throw new TypeError("no text");
}

/** Resolves to { code } of a student's file, or to { lacks, n }: which sentence says why there is none, and its bound. */
export async function codeIn(file) {
  if (file.size > MOST_MB * 1e6) return { lacks: "large", n: MOST_MB };
  let code;
  try {
    code = codeOf(file.name, decoded(await file.arrayBuffer()));
  } catch {
    return { lacks: "unreadable" };
  }
  if (!code.trim()) return { lacks: "empty" };
  return code.length > MOST_SIGNS ? { lacks: "long", n: MOST_SIGNS.toLocaleString("en") } : { code };
}
