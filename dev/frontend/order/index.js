// Things to put in order, as a component of a Streamlit page: dragged, or moved with the arrow keys.
// data: { items: [{ id, text }] in their order, lead, help } (ui/frame/ordering.py); trigger `did`: { order: [id], mark }
import { component } from "../shared/component.js";
import { Order } from "./order.js";

export default component(Order);
