// Weights as a component of a Streamlit page: kernels, bars layer by layer, one layer's histogram and scales. data: bytes as
// viz/portrait.py makes them; trigger `did`: { kind: "layer" | "channel", node, channel, mark }
import { component } from "../shared/component.js";
import { Portrait } from "./portrait.js";
import { read } from "./read.js";

export default component(Portrait, read);
