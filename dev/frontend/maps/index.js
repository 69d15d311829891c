// The maps as a component of a Streamlit page. data: bytes as viz/payload.py makes them.
// trigger `did`: { kind: "pixel" | "silence" | "node" | "channel", node, place | channel, has, mark }
import { component } from "../shared/component.js";
import { Explorer } from "./explorer.js";

export default component(Explorer, (bytes) => bytes);
