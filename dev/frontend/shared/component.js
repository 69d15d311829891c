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
  const places = new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    if (!places.has(parentElement)) places.set(parentElement, new Place(new Picture(parentElement), parentElement));
    const place = places.get(parentElement);
    place.tell(() => place.picture.show(read(data), (what) => setTriggerValue("did", event(what))));
    place.picture.point?.(pointed());
    return () => {
      place.picture.pause?.();
      // Streamlit cleans up before every new call too: only what is gone is left.
      setTimeout(() => {
        if (!parentElement.isConnected && places.delete(parentElement)) place.leave();
      }, GONE_MS);
    };
  };
}

/** A picture in its place, and what the server told of it last. */
class Place {
  /** Puts a picture into its place; what points is heard, and what goes back. */
  constructor(picture, parent) {
    this.picture = picture;
    this.endPointing = onPointed((names) => {
      picture.point?.(names);
      // On a phone the word may stand a screen above what it speaks of.
      const lit = names.length && isPhone() && parent.querySelector(".pointed");
      if (lit) lit.scrollIntoView({ block: "center", behavior: isCalm() ? "auto" : "smooth" });
    });
    // Whoever goes back waits for no choice made before. And where its answer never came, Streamlit says nothing more: what
    // the server tells is then what it told before.
    this.goBack = () => this.show?.();
    addEventListener("popstate", this.goBack);
  }

  /** Shows what the server tells. */
  tell(show) {
    this.show = show;
    show();
  }

  /** The place is gone. */
  leave() {
    removeEventListener("popstate", this.goBack);
    this.endPointing();
    this.picture.leave();
  }
}
