// Where parameters, cost and memory sit, as a component of a Streamlit page. data: as viz/overview.py makes it;
// trigger `did`: { node, mark }
import { Overview } from "./overview.js";

const pictures = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let picture = pictures.get(parentElement);
  if (!picture) {
    picture = new Overview(parentElement);
    pictures.set(parentElement, picture);
  }
  picture.show(data, (node) => setTriggerValue("did", { node, mark: `${performance.now()}-${Math.random()}` }));
  return () => {
    // Streamlit cleans up before every new call too: only what is gone is left.
    setTimeout(() => parentElement.isConnected || (picture.leave(), pictures.delete(parentElement)), 1000);
  };
}
