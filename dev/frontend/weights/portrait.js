// A set of weights, perhaps beside another: its kernels, its layers, one layer in detail. What is chosen is chosen in all.
import { html } from "../shared/dom.js";
import { Bars } from "./bars.js";
import { Detail } from "./detail.js";
import { Kernels } from "./kernels.js";

// Whoever comes back by the same link, or has the page drawn anew, finds the kernel that was chosen.
const kept = { key: null, linked: null, kernel: 0 };

export class Portrait {
  /** Puts an empty portrait into `parent`. */
  constructor(parent) {
    this.root = html("div", "portrait");
    this.kernels = new Kernels(
      (place) => this.chooseKernel(place),
      (place) => this.jump(this.data.layers[0].id, place),
    );
    this.bars = new Bars((place) => this.choose(place));
    this.detail = new Detail((node, channel) => this.jump(node, channel));
    this.root.append(this.kernels.box, this.bars.box, this.detail.box);
    parent.append(this.root);
  }

  /** Shows weights; `send` takes the layer that is chosen, and the channel that is to be seen in Activations. */
  show(data, send) {
    this.send = send;
    const isNew = data.key !== this.data?.key;
    const isMoved = isNew || data.selected !== this.data.selected;
    this.data = data;
    if (isNew) {
      this.kernels.show(data);
      this.kernels.select(this.begin);
      this.bars.show(data);
    }
    if (isMoved) this.select(data.selected, data.channel);
  }

  /** The kernel that the link chooses, or null. */
  get linked() {
    const { selected, channel, kernels } = this.data;
    return selected === 0 && channel !== null ? Math.min(channel, kernels.count - 1) : null;
  }

  /** The kernel to begin with. */
  get begin() {
    return kept.key === this.data.key && kept.linked === this.linked ? kept.kernel : (this.linked ?? 0);
  }

  /** Chooses a kernel. */
  chooseKernel(kernel) {
    Object.assign(kept, { key: this.data.key, linked: this.linked, kernel });
    this.kernels.select(kernel);
  }

  /** Chooses a layer, here and everywhere. */
  choose(place) {
    if (place === this.place) return;
    this.select(place, null);
    this.send({ kind: "layer", node: this.data.layers[place].id });
  }

  /** Shows a layer. */
  select(place, channel) {
    this.place = place;
    this.bars.select(place);
    this.detail.show(this.data, this.data.layers[place], channel);
  }

  /** Asks for a channel's maps. */
  jump(node, channel) {
    this.send({ kind: "channel", node, channel });
  }

  /** The portrait is gone from the page. */
  leave() {
    this.bars.leave();
    this.detail.leave();
  }
}
