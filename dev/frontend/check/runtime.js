// Fetches what runs Python in the browser, from this server alone, once for all visits of the page.

/** Whether this browser can run it: WebAssembly, workers, and streams that unpack what comes packed. */
export const isAble = () =>
  [typeof WebAssembly, typeof Worker, typeof DecompressionStream].every(
    (kind) => kind === "object" || kind === "function",
  );

/** Returns an error for which the page has a sentence: the one it calls `reason`. */
const because = (reason, cause) => Object.assign(new Error(String(cause?.message ?? cause), { cause }), { reason });

/** Resolves to the unpacked bytes of a file; `took` is told of every packed byte that comes. */
async function unpacked(url, signal, took) {
  const answer = await fetch(url, { signal });
  // The name of a file says its content: one that is not there any more is another by now.
  if (!answer.ok) throw because(answer.status === 404 ? "older" : "notFetched", `${answer.status} ${url}`);
  const counting = new TransformStream({
    transform(chunk, controller) {
      took(chunk.byteLength);
      controller.enqueue(chunk);
    },
  });
  const bytes = answer.body.pipeThrough(counting).pipeThrough(new DecompressionStream("gzip"));
  return new Response(bytes).arrayBuffer();
}

/** Resolves to what the sandbox starts from. `files` is { name: { url, size_bytes } }; `progress` is told which share has
 *  come, from 0 to 1. It fails as a whole: with one file lost, the others are not waited for. */
export async function fetchRuntime(files, machineScript, setup, progress) {
  const whole = Object.values(files).reduce((sum, file) => sum + file.size_bytes, 0);
  const stop = new AbortController();
  let come = 0;
  const took = (size_bytes) => {
    come += size_bytes;
    if (!stop.signal.aborted) progress(Math.min(1, come / whole));
  };
  const entries = Object.entries(files).map(async ([name, { url }]) => [name, await unpacked(url, stop.signal, took)]);
  try {
    const { script, ...others } = Object.fromEntries(await Promise.all(entries));
    return { script: `${machineScript}\n${new TextDecoder().decode(script)}`, files: { ...others, setup } };
  } catch (error) {
    stop.abort();
    throw error.reason ? error : because("notFetched", error);
  }
}

export class Runtime {
  /** Will fetch with `fetching(files, progress)`. */
  constructor(fetching) {
    this.fetching = fetching;
    this.key = "";
    this.share = 0; // of it that has come
  }

  /** Resolves to what Python runs from. Fetched once, but anew after a failure, and where the files are others by now;
   *  `onShare` hears of every share that comes, whoever asked first. */
  of(files, onShare) {
    const key = JSON.stringify(files);
    if (key !== this.key) this.come = undefined;
    Object.assign(this, { key, onShare });
    this.come ??= this.begin(files);
    return this.come;
  }

  /** Begins to fetch. */
  begin(files) {
    this.share = 0;
    const come = this.fetching(files, (share) => {
      if (come !== this.come) return;
      this.share = share;
      this.onShare(share);
    }).catch((error) => {
      if (come === this.come) this.come = undefined;
      throw error;
    });
    return come;
  }
}
