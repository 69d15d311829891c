// The place where a student's code runs: a frame of opaque origin, and a worker in it. One at a time; one that does not
// answer, or has died, goes as a whole, and the next one starts from the bytes that are already here.

const LONGEST_MS = 5000; // for a check; the judging itself takes some milliseconds
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval' data:",
  "worker-src data:",
  "connect-src 'none'",
].join("; ");

/** Returns the frame's page. */
const pageOf = (script) =>
  `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>${script}</script>`;

/** Returns a promise with what settles it. */
function promise() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  made.promise.catch(() => {}); // whoever waits hears of it
  return made;
}

export class Sandbox {
  /** Will stand in `parent`, unseen. `runtime()` resolves to { script, files }; `frameScript` is what runs in the frame. */
  constructor(parent, runtime, frameScript) {
    Object.assign(this, { parent, runtime, frameScript });
    this.asked = 0;
    this.lives = 0; // frames that have gone
  }

  /** Resolves once there is a worker that waits for code. */
  start() {
    if (!this.started) {
      const life = this.lives;
      this.started = this.open().catch((error) => {
        if (life === this.lives) this.end();
        throw error;
      });
    }
    return this.started;
  }

  /** Makes frame and worker. */
  async open() {
    const life = this.lives;
    const { script, files } = await this.runtime();
    if (life !== this.lives) throw new Error("gone");
    const frame = Object.assign(document.createElement("iframe"), { srcdoc: pageOf(this.frameScript), hidden: true });
    frame.setAttribute("sandbox", "allow-scripts");
    frame.setAttribute("aria-hidden", "true");
    const { port1, port2 } = new MessageChannel();
    Object.assign(this, { frame, port: port1, waiting: promise() });
    port1.onmessage = ({ data }) => {
      if (data.failed) this.waiting.reject(new Error(data.failed));
      else this.waiting.resolve(data);
    };
    const { waiting } = this;
    frame.addEventListener("load", () => frame.contentWindow.postMessage({ script, files }, "*", [port2]), {
      once: true,
    });
    this.parent.append(frame);
    await waiting.promise;
    this.isReady = true;
  }

  /** Resolves to { answer } of a request to the library (setup.js), or to { failed } with "time", "memory" or what the interpreter died of. */
  async run(request, longest = LONGEST_MS) {
    await this.start();
    this.asked += 1;
    this.waiting = promise();
    const { waiting } = this;
    const timer = setTimeout(() => waiting.reject(new Error("time")), longest);
    this.port.postMessage({ request: JSON.stringify(request), id: this.asked });
    try {
      const { answer, isHeavy } = await waiting.promise;
      if (isHeavy) this.again();
      return { answer };
    } catch (error) {
      this.again();
      return { failed: error.message };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Replaces frame and worker. */
  again() {
    this.end();
    this.start().catch(() => {}); // who asks next is told
  }

  /** Takes frame and worker away, whatever they do. */
  end() {
    this.lives += 1;
    this.waiting?.reject(new Error("gone"));
    this.port?.close();
    this.frame?.remove();
    this.started = undefined;
    this.isReady = false;
  }
}
