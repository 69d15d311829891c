// One cell's sum as a component of a Streamlit page: patch × kernel = products, played one product after the other.
// data: as viz/pixel.py makes it.
import { Sum } from "./sum.js";

const sums = new WeakMap();

export default function ({ data, parentElement }) {
  let sum = sums.get(parentElement);
  if (!sum) {
    sum = new Sum(parentElement);
    sums.set(parentElement, sum);
  }
  sum.show(data);
  return () => {
    // Streamlit cleans up before every new call too: only what is gone is left.
    setTimeout(() => parentElement.isConnected || (sum.leave(), sums.delete(parentElement)), 1000);
  };
}
