// The maps as a component of a Streamlit page. data: bytes as viz/payload.py makes them.
// trigger `did`: { kind: "pixel" | "silence" | "node", node, place | channel, mark }
import { Explorer } from "./explorer.js";

const explorers = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let explorer = explorers.get(parentElement);
  if (!explorer) {
    explorer = new Explorer(parentElement);
    explorers.set(parentElement, explorer);
  }
  // Under fast clicks Streamlit delivers one event several times: each has a mark that the server has seen or not.
  explorer.show(data, (kind, what) =>
    setTriggerValue("did", { kind, ...what, mark: `${performance.now()}-${Math.random()}` }),
  );
  return () => {
    // Streamlit cleans up before every new call too: only what is gone is left.
    setTimeout(() => parentElement.isConnected || (explorer.leave(), explorers.delete(parentElement)), 1000);
  };
}
