// The network picture as a component of a Streamlit page: laid out where it is open, selected, folded, walked, searched.
//
// data: { headers, rows, selected, label, layers, crumbs, cards, fills, legend, fileName, texts } (viz/dot.py, picture.py);
// `selected` is a block's name or a drawn node's
// trigger `did`: { kind: "pick" | "open" | "close" | "toggle" | "seek" | "color", id, mark }
import { component } from "../shared/component.js";
import { Picture } from "./picture.js";

export default component(Picture);
