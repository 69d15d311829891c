// What runs in the sandboxed frame: it has an origin of its own that nobody else has, and a policy that forbids every
// connection. It starts the worker and hands on what comes from the page and, if it is small and a text, from the worker.

const MOST_SIGNS = 1_000_000;

/** Returns what a worker has said, as far as the page may see it. */
function checked({ ready, failed, id, answer, isHeavy }) {
  const isText = (value) => typeof value === "string" && value.length <= MOST_SIGNS;
  if (ready === true) return { ready };
  if (isText(failed)) return { id: Number(id), failed };
  return isText(answer) ? { id: Number(id), answer, isHeavy: Boolean(isHeavy) } : { id: Number(id), failed: "answer" };
}

/** Starts workers, one after the other, and lets the page at `port` speak to the last one. */
function serve(script, files, port) {
  // A blob does not start in a frame of opaque origin; a module, as Pyodide refuses to run in a classic worker.
  const url = `data:text/javascript;charset=utf-8,${encodeURIComponent(script)}`;
  let worker;
  let wanted; // one answer for each request: what else a worker says is not heard
  const begin = () => {
    worker?.terminate();
    const own = new Worker(url, { type: "module" });
    worker = own;
    wanted = null;
    own.onmessage = ({ data }) => {
      const reply = checked(data ?? {});
      if (own !== worker || (wanted !== null && reply.id !== wanted)) return;
      wanted = Number.NaN;
      port.postMessage(reply);
    };
    own.onerror = (event) =>
      own === worker && port.postMessage({ failed: String(event.message ?? "worker").slice(0, 300) });
    own.postMessage(files);
  };
  port.onmessage = ({ data }) => {
    if (data.again) begin();
    else {
      wanted = data.id;
      worker.postMessage(data);
    }
  };
  begin();
}

self.addEventListener(
  "message",
  ({ data: { script, files }, ports: [port] }) => {
    // A browser does not compile twice what it has: as long as this is held, a worker that replaces another starts from it.
    if (files.wasm) self.held = WebAssembly.compile(files.wasm).catch(() => {}); // the worker will say what is wrong
    serve(script, files, port);
  },
  { once: true },
);
