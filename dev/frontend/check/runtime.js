// Fetches what runs Python in the browser, from this server alone, once a page.

/** Whether this browser can run it: WebAssembly, and streams that unpack what comes packed. */
export const isAble = () => typeof WebAssembly === "object" && typeof DecompressionStream === "function";

/** Resolves to the unpacked bytes of a file; `took` is told of every packed byte that comes. */
async function unpacked(url, took) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
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
 *  come, from 0 to 1. */
export async function fetchRuntime(files, machineScript, setup, progress) {
  const whole = Object.values(files).reduce((sum, file) => sum + file.size_bytes, 0);
  let come = 0;
  const took = (size_bytes) => {
    come += size_bytes;
    progress(Math.min(1, come / whole));
  };
  const entries = Object.entries(files).map(async ([name, { url }]) => [name, await unpacked(url, took)]);
  const { script, ...others } = Object.fromEntries(await Promise.all(entries));
  return { script: `${machineScript}\n${new TextDecoder().decode(script)}`, files: { ...others, setup } };
}
