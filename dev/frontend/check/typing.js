// What keys do to code: indenting, as editors of Python do it. Texts and places in them, no page.

const STEP = 4; // spaces

/** Returns where the line of a place begins. */
const lineStart = (text, at) => text.lastIndexOf("\n", at - 1) + 1;

/** Returns { from, to, text, start, end }: what is replaced by what, and what is selected then. */
function indented(text, start, end, isBack) {
  const from = lineStart(text, start);
  const lines = text.slice(from, end).split("\n");
  const shift = (line) => (isBack ? line.replace(/^ {1,4}/, "") : line && " ".repeat(STEP) + line);
  const made = lines.map(shift);
  const first = made[0].length - lines[0].length;
  const whole = made.join("\n");
  return { from, to: end, text: whole, start: Math.max(from, start + first), end: from + whole.length };
}

/** Returns the indentation after a line: its own, a step more behind a colon, a step less behind what ends a block. */
function nextIndent(line) {
  const own = line.match(/^ */)[0].length;
  const code = line.replace(/#.*/, "").trim();
  if (code.endsWith(":")) return own + STEP;
  return /^(return|pass|break|continue|raise)\b/.test(code) ? Math.max(0, own - STEP) : own;
}

/** Returns what a key does to a text in which start to end is selected, as `indented`; null for what it does by itself. */
export function typed(key, isShift, text, start, end) {
  const from = lineStart(text, start);
  const before = text.slice(from, start);
  if (key === "Tab" && (isShift || text.slice(start, end).includes("\n"))) return indented(text, start, end, isShift);
  if (key === "Tab") {
    const spaces = " ".repeat(STEP - (before.length % STEP));
    return { from: start, to: end, text: spaces, start: start + spaces.length, end: start + spaces.length };
  }
  if (key === "Enter") {
    const made = `\n${" ".repeat(nextIndent(before))}`;
    return { from: start, to: end, text: made, start: start + made.length, end: start + made.length };
  }
  if (key === "Backspace" && start === end && before && !before.trim()) {
    const left = start - (before.length % STEP || STEP);
    return { from: left, to: start, text: "", start: left, end: left };
  }
  return null;
}
