// Networks that learn, as a component of a Streamlit page: each drawn beside its number, and their curves, which play by
// themselves on axes that stand from the start. data: as viz/learning.py makes it; trigger `did`: { update, mark }
import { component } from "../shared/component.js";
import { Learning } from "./learning.js";

export default component(Learning);
