// Numbers as people read them.

/** Returns a number in three digits, with a true minus. */
export function shown(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const isFar = size !== 0 && (size < 1e-3 || size >= 1e5);
  const text = isFar ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  return text.replaceAll("-", "−");
}

/** Returns a share in whole percent; what is not nothing is never told as nothing, nor as all. */
export function percent(share) {
  const whole = Math.min(share < 1 ? 99 : 100, Math.max(share > 0 ? 1 : 0, Math.round(100 * share)));
  return `${whole} %`;
}
