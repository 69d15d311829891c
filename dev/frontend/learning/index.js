// Networks that learn, as a component of a Streamlit page: each drawn beside its number, and their curves, which play by
// themselves on axes that stand from the start. data: as viz/learning.py makes it; trigger `did`: { update, mark }
import { Learning } from "./learning.js";

const pictures = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let picture = pictures.get(parentElement);
  if (!picture) {
    picture = new Learning(parentElement);
    pictures.set(parentElement, picture);
  }
  picture.show(data, (update) => setTriggerValue("did", { update, mark: `${performance.now()}-${Math.random()}` }));
  return () => {
    // Streamlit cleans up before every new call too: only what is gone is left.
    setTimeout(() => parentElement.isConnected || (picture.leave(), pictures.delete(parentElement)), 1000);
  };
}
