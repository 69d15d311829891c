// What a marked word of a lesson points at: one state for all that is drawn on a page (ui/style/pointing.js marks the word).

/** Returns the names that are pointed at, the nearest first: a picture lights up the first that it has drawn. */
export const pointed = () =>
  (document.querySelector("[data-points].pointing")?.dataset.points ?? "").split(" ").filter(Boolean);

/** Tells a listener whenever something else is pointed at; returns what ends that. */
export function onPointed(listener) {
  const notify = () => listener(pointed());
  window.addEventListener("resnet-viz:pointed", notify);
  return () => window.removeEventListener("resnet-viz:pointed", notify);
}

/** Returns the targets of one kind, as in `node:3b`. */
export const targetsOf = (names, kind) =>
  names.filter((name) => name.startsWith(`${kind}:`)).map((name) => name.slice(kind.length + 1));

/** Lights up these elements within a root, and no others. */
export function light(root, elements) {
  for (const old of root.querySelectorAll(".pointed")) old.classList.remove("pointed");
  for (const element of elements) element.classList.add("pointed");
}
