// Graphviz, in its worker; a part that was laid out once is never laid out again.

const MOST_KEPT = 1500;

const svgs = new Map(); // DOT -> SVG text
const waiting = new Map(); // number of a request -> what settles its promise
let worker;
let asked = 0;

/** Takes an answer of the worker. */
function take({ data }) {
  const { resolve, reject } = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.error) reject(new Error(data.error));
  else resolve(data.svgs);
}

/** The worker died: whoever waits is told, the next picture tries again. */
function fail(event) {
  for (const { reject } of waiting.values()) reject(new Error(event.message ?? "worker"));
  waiting.clear();
  worker = undefined;
}

/** Starts the worker if it does not run; returns it. */
export function engine() {
  if (!worker) {
    // Not a module: from a file on disk browsers start only classic workers.
    worker = new Worker(new URL(LAYOUT_FILE, import.meta.url));
    worker.onmessage = take;
    worker.onerror = fail;
  }
  return worker;
}

/** Resolves to the drawings of DOT texts, SVG texts in their order. */
export async function layout(dots) {
  const missing = [...new Set(dots.filter((dot) => !svgs.has(dot)))];
  if (missing.length) {
    asked += 1;
    const id = asked;
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    engine().postMessage({ id, dots: missing });
    for (const [index, svg] of (await answer).entries()) svgs.set(missing[index], svg);
  }
  const found = dots.map((dot) => svgs.get(dot));
  while (svgs.size > MOST_KEPT) svgs.delete(svgs.keys().next().value);
  return found;
}
