// Where parameters, cost and memory sit, as a component of a Streamlit page. data: as viz/overview.py makes it;
// trigger `did`: { node, mark }
import { component } from "../shared/component.js";
import { Overview } from "./overview.js";

export default component(Overview);
