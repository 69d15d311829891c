// Feature maps as they arrive: one block of bytes, a JSON header in front, each array float16 channel by channel.

/** Returns the number that 16 bits stand for: a sign, 5 bits of exponent, 10 of fraction. */
function fromHalf(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
}

// All 65,536 of them: browsers without Float16Array are still about.
const HALF = Float32Array.from({ length: 65536 }, (_none, bits) => fromHalf(bits));

/** Returns the header of some bytes with its picture's pixels and its arrays as Maps. */
export function read(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const start = 4 + length;
  const arrays = [];
  for (const entry of header.arrays) arrays.push(entry.from ? derived(entry, arrays) : stored(entry, bytes, start));
  return { ...header, image: header.image && pictured(header.image, bytes, start), arrays };
}

/** Returns a picture with its pixels, three bytes each. */
function pictured(image, bytes, start) {
  const begin = start + image.offset;
  return { ...image, pixels: bytes.subarray(begin, begin + image.width * image.height * 3) };
}

/** Returns maps whose values are among the bytes, in units of the array's own scale. */
function stored(entry, bytes, start) {
  const size = entry.channels.length * entry.height * entry.width;
  const values = new Float32Array(size);
  for (let i = 0, at = start + entry.offset; i < size; i++, at += 2) {
    values[i] = HALF[bytes[at] | (bytes[at + 1] << 8)] * entry.scale;
  }
  return new Maps(entry, values);
}

// What the browser makes of other maps. "difference": the second minus the first; "sum": of both; "relu": what a ReLU leaves.
const DOES = {
  difference: (one, other) => other.map((v, i) => v - one[i]),
  sum: (one, other) => other.map((v, i) => v + one[i]),
  relu: (one) => one.map((v) => Math.max(v, 0)),
};

/** Returns maps that are made of others: of the same channels and size, with the first one's field if it has none. */
function derived(entry, arrays) {
  const [one, other] = entry.from.map((index) => arrays[index]);
  const { height, width, channels } = one;
  const field = entry.field ?? one.field;
  return new Maps({ ...entry, height, width, channels, field }, DOES[entry.does](one.values, other?.values));
}

/** Returns { low, high, energy, zeros, odd } of values[from..to): the extremes, the mean square, the share of zeros, and how
 *  many are no numbers. */
function measured(values, from, to) {
  let [low, high, squares, none, odd] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = from; i < to; i++) {
    const v = values[i];
    if (v === 0) none += 1;
    if (!Number.isFinite(v)) {
      odd += 1;
      continue;
    }
    if (v < low) low = v;
    if (v > high) high = v;
    squares += v * v;
  }
  if (low > high) [low, high] = [0, 0];
  return { low, high, energy: squares / (to - from), zeros: none / (to - from), odd };
}

export class Maps {
  /** Some channels of a layer, `height` by `width` cells each. `places` is where a channel is among them; `field` holds the
   *  receptive field's [size, stride, start] along both axes, px of the picture. */
  constructor({ title, node, height, width, channels, field }, values) {
    Object.assign(this, { title, node, height, width, channels, field, values });
    this.cells = height * width;
    this.places = new Map(channels.map((channel, place) => [channel, place]));
  }

  /** The value of one cell. */
  at(place, row, column) {
    return this.values[place * this.cells + row * this.width + column];
  }

  /** Per channel, as `measured` has it: low, high, energy, zeros, odd; worked out once. */
  get stats() {
    if (!this.known) {
      const names = ["low", "high", "energy", "zeros", "odd"];
      this.known = Object.fromEntries(names.map((name) => [name, new Float64Array(this.channels.length)]));
      for (let c = 0; c < this.channels.length; c++) {
        const own = measured(this.values, c * this.cells, (c + 1) * this.cells);
        for (const name of names) this.known[name][c] = own[name];
      }
    }
    return this.known;
  }

  /** Cosine of the angle to one channel; 0 for a channel that is 0 everywhere or holds what is no number. */
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

  /** Places of channels in an order: by number, most energy first, most zeros first, most like one channel first. */
  order(by, chosen = 0) {
    const places = this.channels.map((_channel, place) => place);
    const { energy, zeros } = this.stats;
    const key = { energy, sparsity: zeros, similarity: by === "similarity" && this.similarity(chosen) }[by];
    if (!key) return places.sort((a, b) => this.channels[a] - this.channels[b]);
    return places.sort((a, b) => key[b] - key[a] || a - b);
  }

  /** The share of a channel's values that a ReLU sets to zero. */
  negatives(place) {
    let count = 0;
    for (let i = place * this.cells; i < (place + 1) * this.cells; i++) count += this.values[i] < 0;
    return count / this.cells;
  }
}

/** Returns one scale, { low, high, signed }, for [[maps, places], ...]; about 0 if any value is negative. */
export function scaleOf(pairs) {
  let [low, high] = [Infinity, -Infinity];
  for (const [maps, places] of pairs) {
    for (const place of places) {
      low = Math.min(low, maps.stats.low[place]);
      high = Math.max(high, maps.stats.high[place]);
    }
  }
  if (!(low <= high)) return { low: 0, high: 0, signed: false };
  if (low >= 0) return { low: 0, high, signed: false };
  const bound = Math.max(-low, high);
  return { low: -bound, high: bound, signed: true };
}

/** Returns what is said of values that are no numbers, among [[maps, places], ...]; "" if there are none. */
export function oddities(pairs, texts) {
  const count = pairs.reduce((sum, [maps, places]) => places.reduce((n, place) => n + maps.stats.odd[place], sum), 0);
  return count ? texts.odd.replace("{n}", count.toLocaleString(texts.locale)) : "";
}
