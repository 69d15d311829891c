// One scale for the same numbers wherever they are shown: strip, gallery and large map ask here.
import { table } from "./paint.js";
import { scaleOf } from "./values.js";

export class Scales {
  // `kept` holds what a viewer set: own scales, colours.
  constructor(data, kept) {
    Object.assign(this, { data, kept });
    this.group = data.strip.map((index) => data.arrays[index]);
  }

  // Whether an array is one of the strip's signals, or holds the same layer's numbers.
  isOfGroup(maps) {
    return this.group.some((other) => other === maps || other.node === maps.node);
  }

  // The scale of one channel of an array.
  of(maps, channel) {
    if (!this.isOfGroup(maps))
      return this.kept.own ? this.ownOf([maps], channel, this.sharedOf(maps).signed) : this.sharedOf(maps);
    return this.kept.own ? this.ownOf([...this.group, maps], channel, true) : this.shared;
  }

  ownOf(arrays, channel, signed) {
    const found = scaleOf(
      arrays.filter((maps) => maps.places.has(channel)).map((maps) => [maps, [maps.places.get(channel)]]),
    );
    return signed ? about0(found) : found;
  }

  // All signals of the strip, all of their channels; the server knows those it did not send.
  get shared() {
    return (this.one ??= about0(this.data.bound === null ? this.all(this.group) : { low: 0, high: this.data.bound }));
  }

  sharedOf(maps) {
    return this.isOfGroup(maps) ? this.shared : (maps.scale ??= this.all([maps]));
  }

  all(arrays) {
    return scaleOf(arrays.map((maps) => [maps, maps.channels.map((_c, place) => place)]));
  }

  colors(signed) {
    const name = this.kept.colors === "auto" ? (signed ? "red-blue" : "viridis") : this.kept.colors;
    return { name, colors: table(name, this.data.odd) };
  }
}

// Signals of a block diverge about 0, all of them: a map without negative values has the warm half.
const about0 = ({ low, high }) => {
  const bound = Math.max(-low, high);
  return { low: -bound, high: bound, signed: true };
};
