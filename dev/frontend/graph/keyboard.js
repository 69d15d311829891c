// The keys of the picture.
import { isArrow } from "./steps.js";

const ACTS = {
  Enter: "open",
  " ": "open",
  Escape: "close",
  Backspace: "close",
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  0: "fit",
};

/** Returns what a key asks for: the name of an act with what it needs, or null. */
export function actOf({ key, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return null;
  return isArrow(key) ? ["walk", key] : ACTS[key] ? [ACTS[key]] : null;
}

/** Lets keys in an element act: walk(arrow), open(), close(), zoomIn(), zoomOut(), fit(). */
export function onKeys(element, actions) {
  element.addEventListener("keydown", (event) => {
    const [act, ...needed] = actOf(event) ?? [];
    if (!act) return;
    actions[act](...needed);
    event.preventDefault();
    event.stopPropagation();
  });
}

/** Calls `act` when "/" is pressed where nobody types, as long as `root` is on the page; returns what ends it. */
export function onSlash(root, act) {
  const listener = (event) => {
    const isTyping = event.composedPath()[0]?.matches?.("input, textarea, select, [contenteditable=true]");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || !root.isConnected) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", listener);
  return () => document.removeEventListener("keydown", listener);
}
