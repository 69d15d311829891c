// Python in colours: enough of its grammar to tell words, strings, numbers and comments apart.

const WORDS =
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda " +
  "nonlocal not or pass raise return try while with yield True False None";
const KEYWORDS = new Set(WORDS.split(" "));
const TOKEN =
  /(?<comment>#.*)|(?<open>[rbfuRBFU]{0,2}(?:"""|'''))|(?<string>[rbfuRBFU]{0,2}(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?))|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<number>\d[\w.]*)|(?<other>\s+|.)/gu;

/** Returns the kind of what a match has found. */
function kindOf({ comment, string, word, number }) {
  if (comment) return "comment";
  if (string) return "string";
  if (word) return KEYWORDS.has(word) ? "keyword" : "";
  return number ? "number" : "";
}

/** Adds a piece of a kind to a line. */
function add(line, kind, text) {
  const last = line.at(-1);
  if (last?.kind === kind) last.text += text;
  else if (text) line.push({ kind, text });
}

/** Returns the pieces of a line, { kind, text }, and the sign that a long string still lacks at its end, or "". */
function piecesOf(text, lacking) {
  const line = [];
  let [at, open] = [0, lacking];
  while (at < text.length) {
    if (open) {
      const end = text.indexOf(open, at);
      const next = end < 0 ? text.length : end + open.length;
      add(line, "string", text.slice(at, next));
      open = end < 0 ? open : "";
      at = next;
      continue;
    }
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    open = found.groups.open?.slice(-3) ?? "";
    add(line, open ? "string" : kindOf(found.groups), found[0]);
    at += found[0].length;
  }
  return [line, open];
}

/** Returns the lines of a code, each a list of pieces { kind, text }. */
export function highlighted(code) {
  let open = "";
  return code.split("\n").map((text) => {
    const [line, lacking] = piecesOf(text, open);
    open = lacking;
    return line;
  });
}
