// The interpreter: runs in a worker of the sandboxed frame (frame.js), where nothing can be reached. What comes with it is
// Pyodide's own script, which `sandbox.js` writes behind this one.
// in: { wasm, stdlib, library, setup } once, then { id, request }
// out: { ready } or { failed }, then { id, answer, isHeavy } or { id, failed }
import { loadPyodide } from "pyodide";

const PAGE_BYTES = 65536;
const MOST_BYTES = 256 * 2 ** 20; // what a student's code may fill, the interpreter's own 30 MB among it
const HEAVY_BYTES = 96 * 2 ** 20; // memory never shrinks: an interpreter as large as this is replaced
const MOST_SIGNS = 1_000_000; // of an answer
const HERE = "https://runtime.invalid/";
// What the policy of the frame refuses is not even there.
const GONE = [
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "WebSocketStream",
  "WebTransport",
  "EventSource",
  "importScripts",
  "indexedDB",
  "caches",
  "BroadcastChannel",
  "MessageChannel",
  "Worker",
  "SharedWorker",
  "FontFace",
  "postMessage",
  "close",
  "onmessage",
];

const send = self.postMessage.bind(self);
let memory;
let judge;

/** Pyodide tells the console of its own end; the page hears of it by the answer. */
function hush() {
  for (const name of ["error", "warn", "log", "info"]) console[name] = () => {};
}

/** Keeps the memory of what runs here below a bound: Python then says that there is no more. */
function bound() {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages) {
    memory = this;
    if (this.buffer.byteLength + pages * PAGE_BYTES > MOST_BYTES) throw new RangeError("memory");
    return grow.call(this, pages);
  };
}

/** Gives Pyodide its files, which have come as bytes, where it would fetch them. */
function serve({ wasm, stdlib }) {
  const files = { "pyodide.asm.wasm": [wasm, "application/wasm"], "python_stdlib.zip": [stdlib, "application/zip"] };
  self.fetch = async (url) => {
    const [bytes, type] = files[String(url).replace(HERE, "")];
    return new Response(bytes, { headers: { "content-type": type } });
  };
}

/** Takes away all ways out of here. */
function close() {
  for (const name of GONE) {
    for (let place = self; place; place = Object.getPrototypeOf(place)) Reflect.deleteProperty(place, name);
    if (name in self) Object.defineProperty(self, name, { value: undefined });
  }
}

/** Starts Python with the library that judges. */
async function start({ library, setup, ...files }) {
  hush();
  bound();
  serve(files);
  const python = await loadPyodide({
    createPyodideModule: _createPyodideModule,
    indexURL: HERE,
    lockFileContents: { info: PYODIDE_INFO, packages: {} },
    packageBaseUrl: HERE,
    stdin: () => null,
    stdout: () => {},
    stderr: () => {},
  });
  python.unpackArchive(library, "zip", { extractDir: "/library" });
  judge = python.runPython(setup);
  close();
}

/** Answers one request. */
function answer({ id, request }) {
  try {
    const verdict = judge(request);
    if (typeof verdict !== "string" || verdict.length > MOST_SIGNS) send({ id, failed: "large" });
    else send({ id, answer: verdict, isHeavy: memory?.buffer.byteLength > HEAVY_BYTES });
  } catch (error) {
    send({ id, failed: String(error?.message ?? error).slice(0, 300) });
  }
}

self.addEventListener("message", ({ data }) => {
  if (data.id) answer(data);
  else
    start(data).then(
      () => send({ ready: true }),
      (error) => send({ failed: String(error?.message ?? error).slice(0, 2000) }),
    );
});
