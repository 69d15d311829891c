// A choice made here that the server has not answered yet: answers to earlier ones must not undo it.

const LONGEST_ANSWER_MS = 3000;

let steps = 0; // through the browser's history: whoever goes back waits for no choice made before
addEventListener("popstate", () => {
  steps += 1;
});

export class Awaited {
  /** A choice was made; `choice` is a text that stands for it. */
  expect(choice) {
    this.own = { choice, steps, until: performance.now() + LONGEST_ANSWER_MS };
  }

  /** Whether what the server tells answers an earlier choice. */
  isEarlier(told) {
    const { own } = this;
    if (own && own.choice !== told && own.steps === steps && performance.now() < own.until) return true;
    this.forget();
    return false;
  }

  /** Waits for nothing. */
  forget() {
    this.own = null;
  }
}
