// A value that goes smoothly from one state to another.

const FLIGHT_MS = 260;

/** Slow at both ends: the share of the way for the share of the time. */
const eased = (t) => t * t * (3 - 2 * t);

export class Flight {
  /** Calls `arrive(share)` at every frame with the share of the way, 0 to 1; a flight that is under way ends. */
  start(arrive) {
    this.stop();
    const began = performance.now();
    const step = (now) => {
      const t = Math.min(1, Math.max(0, now - began) / FLIGHT_MS);
      arrive(eased(t));
      if (t < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Ends it where it is. */
  stop() {
    cancelAnimationFrame(this.frame);
  }
}
