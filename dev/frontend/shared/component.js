// What the entry of every component does for Streamlit: one picture for each place on a page, told of every new run.
import { event } from "./event.js";
import { onPointed, pointed } from "./pointing.js";
import { isCalm, isPhone } from "./screen.js";

const GONE_MS = 1000; // a place that is off the page for so long does not come back

/** Returns what ui/shared/component.py has written. */
const readJson = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

/** Returns a component that makes one `Picture` a place; it has show(data, send), leave(), pause() if it needs it, and
 *  point(names) if a lesson's words can point into it. `read` makes data of the bytes that come. */
export function component(Picture, read = readJson) {
  const pictures = new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    if (!pictures.has(parentElement)) {
      const made = new Picture(parentElement);
      made.endPointing = onPointed((names) => {
        made.point?.(names);
        // On a phone the word may stand a screen above what it speaks of.
        const lit = names.length && isPhone() && parentElement.querySelector(".pointed");
        if (lit) lit.scrollIntoView({ block: "center", behavior: isCalm() ? "auto" : "smooth" });
      });
      pictures.set(parentElement, made);
    }
    const picture = pictures.get(parentElement);
    picture.show(read(data), (what) => setTriggerValue("did", event(what)));
    picture.point?.(pointed());
    return () => {
      picture.pause?.();
      // Streamlit cleans up before every new call too: only what is gone is left.
      setTimeout(() => {
        if (parentElement.isConnected || !pictures.delete(parentElement)) return;
        picture.endPointing();
        picture.leave();
      }, GONE_MS);
    };
  };
}
