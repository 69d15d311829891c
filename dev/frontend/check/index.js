// A student's block, judged in the browser, as a component of a Streamlit page. data: as ui/check/page.py makes it; what goes
// back to the server is { judged, puzzle }, what is chosen.
import { component } from "../shared/component.js";
import { Check } from "./check.js";

export default component(Check);
