// Feature maps as they arrive: one block of bytes, a JSON header in front, each array float16 channel by channel.

// float16 -> number, for all 65,536 of them: browsers without Float16Array are still about.
const HALF = new Float32Array(65536);
for (let bits = 0; bits < 65536; bits++) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 31
      ? fraction
        ? NaN
        : Infinity
      : exponent
        ? 2 ** (exponent - 25) * (1024 + fraction)
        : 2 ** -24 * fraction;
  HALF[bits] = bits & 0x8000 ? -size : size;
}

export function read(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const start = 4 + length;
  const image = header.image && {
    ...header.image,
    pixels: bytes.subarray(
      start + header.image.offset,
      start + header.image.offset + header.image.width * header.image.height * 3,
    ),
  };
  const arrays = [];
  for (const entry of header.arrays) arrays.push(entry.from ? derived(entry, arrays) : stored(entry, bytes, start));
  return { ...header, image, arrays };
}

function stored(entry, bytes, start) {
  const size = entry.channels.length * entry.height * entry.width;
  const values = new Float32Array(size);
  for (let i = 0, at = start + entry.offset; i < size; i++, at += 2)
    values[i] = HALF[bytes[at] | (bytes[at + 1] << 8)] * entry.scale;
  return new Maps(entry, values);
}

// What the browser makes of other maps. "difference": the second minus the first; "sum": of both; "relu": what a ReLU leaves.
const DOES = {
  difference: (one, other) => other.map((v, i) => v - one[i]),
  sum: (one, other) => other.map((v, i) => v + one[i]),
  relu: (one) => one.map((v) => Math.max(v, 0)),
};

function derived(entry, arrays) {
  const [one, other] = entry.from.map((index) => arrays[index]);
  const values = DOES[entry.does](one.values, other?.values);
  return new Maps(
    {
      ...entry,
      height: one.height,
      width: one.width,
      channels: one.channels,
      node: entry.node ?? one.node,
      field: entry.field ?? one.field,
    },
    values,
  );
}

export class Maps {
  constructor({ title, node, height, width, channels, field }, values) {
    Object.assign(this, { title, node, height, width, channels, field, values });
    this.cells = height * width;
    this.places = new Map(channels.map((channel, place) => [channel, place]));
  }

  at(place, row, column) {
    return this.values[place * this.cells + row * this.width + column];
  }

  // Per channel: low, high, mean square, share of zeros and how many are no numbers, in one walk over the values.
  get stats() {
    if (this.known) return this.known;
    const count = this.channels.length;
    const [low, high, energy, zeros, odd] = [0, 1, 2, 3, 4].map(() => new Float64Array(count));
    for (let c = 0, i = 0; c < count; c++) {
      let [least, most, squares, none, strange] = [Infinity, -Infinity, 0, 0, 0];
      for (const end = i + this.cells; i < end; i++) {
        const v = this.values[i];
        if (v === 0) none += 1;
        if (!Number.isFinite(v)) {
          strange += 1;
          continue;
        }
        if (v < least) least = v;
        if (v > most) most = v;
        squares += v * v;
      }
      [low[c], high[c], energy[c], zeros[c], odd[c]] = [
        least <= most ? least : 0,
        least <= most ? most : 0,
        squares / this.cells,
        none / this.cells,
        strange,
      ];
    }
    return (this.known = { low, high, energy, zeros, odd });
  }

  // Cosine of the angle to one channel; 0 for a channel that is 0 everywhere or holds what is no number.
  similarity(place) {
    if (this.likeTo === place) return this.likeness;
    const own = this.values.subarray(place * this.cells, (place + 1) * this.cells);
    const { energy } = this.stats;
    this.likeTo = place;
    this.likeness = Float64Array.from(energy, (e, c) => {
      let product = 0;
      for (let i = 0, at = c * this.cells; i < this.cells; i++, at++) product += own[i] * this.values[at];
      const size = Math.sqrt(e * energy[place]) * this.cells;
      return size ? product / size || 0 : 0;
    });
    return this.likeness;
  }

  // Places of channels in an order: by number, most energy first, most zeros first, most like one channel first.
  order(by, chosen = 0) {
    const places = this.channels.map((_channel, place) => place);
    const key = {
      energy: this.stats.energy,
      sparsity: this.stats.zeros,
      similarity: by === "similarity" && this.similarity(chosen),
    }[by];
    return key
      ? places.sort((a, b) => key[b] - key[a] || a - b)
      : places.sort((a, b) => this.channels[a] - this.channels[b]);
  }
}

// One scale for some channels of some arrays; about 0 if any value is negative.
export function scaleOf(pairs) {
  let [low, high] = [Infinity, -Infinity];
  for (const [maps, places] of pairs) {
    for (const place of places) {
      low = Math.min(low, maps.stats.low[place]);
      high = Math.max(high, maps.stats.high[place]);
    }
  }
  if (!(low <= high)) return { low: 0, high: 0, signed: false };
  if (low < 0) return { low: -Math.max(-low, high), high: Math.max(-low, high), signed: true };
  return { low: 0, high, signed: false };
}

// What is said of values that are no numbers, among some channels of some arrays; "" if there are none.
export function oddities(pairs, texts) {
  const count = pairs.reduce((sum, [maps, places]) => places.reduce((n, place) => n + maps.stats.odd[place], sum), 0);
  return count ? texts.odd.replace("{n}", count.toLocaleString(texts.locale)) : "";
}

// A number in three digits, with a true minus.
export function shown(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  return text.replaceAll("-", "−");
}
