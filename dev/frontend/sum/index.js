// One cell's sum as a component of a Streamlit page: patch × kernel = products, played one product after the other.
// data: as viz/pixel.py makes it.
import { component } from "../shared/component.js";
import { Sum } from "./sum.js";

export default component(Sum);
