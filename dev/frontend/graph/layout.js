// A web worker: Graphviz lays out DOT here, so that the page never stalls.
//
// in: { id, dots: [DOT, …] }      out: { id, svgs: [SVG text, …] } or { id, error }
import { Graphviz } from "@hpcc-js/wasm-graphviz";

const engine = Graphviz.load();

self.onmessage = async ({ data: { id, dots } }) => {
  try {
    const graphviz = await engine;
    self.postMessage({ id, svgs: dots.map((dot) => graphviz.dot(dot)) });
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
};
