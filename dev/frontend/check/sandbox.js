// The place where a student's code runs: a frame of opaque origin, and a worker in it. One at a time; one that does not
// answer, or has died, is replaced from the bytes that are already in the frame. A frame that does not answer goes too.

const LONGEST_MS = 5000; // for a check; the judging itself takes some milliseconds
const START_MS = 180_000; // for a start: one that never comes is to be said, one on a busy machine is to be waited for
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
    this.lives = 0; // workers that have gone
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

  /** Makes a worker; it has a frame for as long as the frame answers. */
  async open() {
    const life = this.lives;
    const runtime = await this.runtime();
    if (life !== this.lives) throw new Error("gone");
    const ready = this.reply(({ ready }) => ready, START_MS);
    if (this.frame) this.port.postMessage({ again: true });
    else this.hang(runtime);
    await ready;
    this.isReady = true;
  }

  /** Hangs up a frame. */
  hang({ script, files }) {
    const frame = Object.assign(document.createElement("iframe"), { srcdoc: pageOf(this.frameScript), hidden: true });
    frame.setAttribute("sandbox", "allow-scripts");
    frame.setAttribute("aria-hidden", "true");
    const { port1, port2 } = new MessageChannel();
    Object.assign(this, { frame, port: port1 });
    port1.onmessage = ({ data }) => this.hear(data);
    frame.addEventListener("load", () => frame.contentWindow.postMessage({ script, files }, "*", [port2]), {
      once: true,
    });
    this.parent.append(frame);
  }

  /** Resolves to the next wanted message; fails after some ms, and if the worker has died. */
  reply(isWanted, longest) {
    const waiting = Object.assign(promise(), { isWanted });
    this.waiting = waiting;
    const timer = setTimeout(() => waiting.reject(new Error("time")), longest);
    return waiting.promise.finally(() => clearTimeout(timer));
  }

  /** Hands a message on to who waits for it. */
  hear(data) {
    const { waiting } = this;
    if (data.failed && (!data.id || waiting.isWanted(data))) waiting.reject(new Error(data.failed));
    else if (waiting.isWanted(data)) waiting.resolve(data);
  }

  /** Resolves to { answer } of a request to the library (setup.js), or to { failed } with "time" or what the interpreter died
   *  of. */
  async run(request, longest = LONGEST_MS) {
    await this.start();
    this.asked += 1;
    const { asked } = this;
    const reply = this.reply(({ id }) => id === asked, longest);
    this.port.postMessage({ request: JSON.stringify(request), id: asked });
    try {
      const { answer, isHeavy } = await reply;
      if (isHeavy) this.again();
      return { answer };
    } catch (error) {
      this.again();
      return { failed: error.message };
    }
  }

  /** Replaces the worker, whatever it does. */
  again() {
    this.forget();
    this.start().catch(() => {}); // who asks next is told
  }

  /** Takes frame and worker away. */
  end() {
    this.forget();
    this.port?.close();
    this.frame?.remove();
    this.frame = undefined;
  }

  /** There is no worker to speak to any more. */
  forget() {
    this.lives += 1;
    this.waiting?.reject(new Error("gone"));
    this.started = undefined;
    this.isReady = false;
  }
}
