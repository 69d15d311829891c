// Weights as they arrive: a JSON header, and behind it numbers of 16 bits in units of their own bound.
const LEVELS = 32767;
const QUANTITIES = ["scales", "shifts", "means", "deviations"];

/** Returns the header of some bytes with its numbers as arrays; `key` is what tells it from others, its focus apart. */
export function read(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const key = JSON.stringify({ ...header, selected: 0, channel: 0 });
  const numbers = (packed) => unpacked(view, 4 + length, packed);
  header.kernels.sheets = header.kernels.sheets.map(numbers);
  for (const norm of header.layers.flatMap(({ norms }) => norms))
    for (const name of QUANTITIES) norm[name] = numbers(norm[name]);
  return { ...header, key };
}

/** Returns numbers that lie among the bytes. */
function unpacked(view, start, { offset, count, bound }) {
  return Float32Array.from(
    { length: count },
    (_none, i) => (view.getInt16(start + offset + 2 * i, true) / LEVELS) * bound,
  );
}
