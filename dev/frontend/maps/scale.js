// One scale for the same numbers wherever they are shown: strip, gallery and large map ask here.
import { table } from "./paint.js";
import { scaleOf } from "./values.js";

/** Returns a scale about 0. Signals of a block diverge about it, all of them: one without negative values has the warm half. */
function about0({ low, high }) {
  const bound = Math.max(-low, high);
  return { low: -bound, high: bound, signed: true };
}

/** Returns the scale of all channels of some arrays. */
const scaleOfAll = (arrays) => scaleOf(arrays.map((maps) => [maps, maps.channels.map((_c, place) => place)]));

export class Scales {
  /** `kept` holds what a viewer set: own scales, colours. */
  constructor(data, kept) {
    Object.assign(this, { data, kept, ofStrip: null, ofArrays: new Map() });
    this.strip = data.strip.map((index) => data.arrays[index]);
  }

  /** Whether an array is one of the strip's signals, or holds the same layer's numbers. */
  isOfStrip(maps) {
    return this.strip.some((other) => other === maps || other.node === maps.node);
  }

  /** The scale of one channel of an array. */
  of(maps, channel) {
    if (!this.kept.own) return this.sharedOf(maps);
    if (this.isOfStrip(maps)) return this.ownOf([...this.strip, maps], channel, true);
    return this.ownOf([maps], channel, this.sharedOf(maps).signed);
  }

  /** The scale of one channel by itself, in those arrays that have it. */
  ownOf(arrays, channel, signed) {
    const having = arrays.filter((maps) => maps.places.has(channel));
    const found = scaleOf(having.map((maps) => [maps, [maps.places.get(channel)]]));
    return signed ? about0(found) : found;
  }

  /** The scale of all signals of the strip, all of their channels; the server knows those it did not send. */
  get shared() {
    const { bound } = this.data;
    this.ofStrip ??= about0(bound === null ? scaleOfAll(this.strip) : { low: 0, high: bound });
    return this.ofStrip;
  }

  /** The scale that all channels of an array share. */
  sharedOf(maps) {
    if (this.isOfStrip(maps)) return this.shared;
    if (!this.ofArrays.has(maps)) this.ofArrays.set(maps, scaleOfAll([maps]));
    return this.ofArrays.get(maps);
  }

  /** The colours, as `table` makes them, for values that are signed or not, and their name. */
  colors(signed) {
    const name = this.kept.colors === "auto" ? (signed ? "red-blue" : "viridis") : this.kept.colors;
    return { name, colors: table(name, this.data.odd) };
  }
}
