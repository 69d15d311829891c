// What is kept of a student's work: in this browser alone.

const NAME = "resnet-viz-check";

/** Returns what was kept, {} for nothing. */
export function recall() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "{}");
    return typeof found === "object" && found ? found : {};
  } catch {
    return {};
  }
}

/** Keeps more. */
export function keep(more) {
  try {
    localStorage.setItem(NAME, JSON.stringify({ ...recall(), ...more }));
  } catch {
    // Full, or not allowed: the work lasts as long as the page.
  }
}
