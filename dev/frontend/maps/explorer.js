// Feature maps to look at: the strip of signals, every channel of a layer, one of them large over the picture. One channel
// is in focus in all three. Everything but another layer and a pixel's sum happens here, without a word to Python.
import { html } from "../shared/dom.js";
import { Gallery } from "./gallery.js";
import { Hero } from "./hero.js";
import { Large } from "./large.js";
import { pointAt } from "./pointer.js";
import { Scales } from "./scale.js";
import { read } from "./values.js";

const SETTLED_MS = 600; // a channel stays in focus this long before the link is told
const NARROW_PX = 720;
const OPACITY = { over: 85, single: 60, maps: 75 }; // percent: the picture below stays in sight

// What a viewer set, kept while the maps change under it.
const kept = { count: 1, by: "energy", own: false, colors: "auto", size: 0, source: 0 };

/** Whether two blocks of bytes are the same. */
function isSame(one, other) {
  if (one === other) return true;
  if (one?.length !== other?.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

export class Explorer {
  /** Puts an empty view into `root`. */
  constructor(root) {
    this.send = () => {};
    this.frame = html("div", "maps");
    this.tip = html("div", "tip");
    this.tip.hidden = true;
    this.makeParts();
    this.frame.append(this.hero.box, this.gallery.box, this.large.box, this.tip);
    root.append(this.frame);
    this.frame.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isWide) this.widen(false);
    });
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.frame);
  }

  /** Makes strip, gallery and large map, and what happens between them. */
  makeParts() {
    const choose = (maps, channel) => this.choose(maps, channel);
    const about = { tip: this.tip, frame: this.frame, texts: () => this.data.texts, choose };
    const point = (canvas, what, hover) => pointAt(canvas, what, about, hover);
    this.hero = new Hero({
      choose,
      point,
      count: (count) => this.set({ count }),
      step: (by) => this.choose(this.maps, this.gallery.beside(by)),
    });
    this.gallery = new Gallery({
      choose,
      point,
      layer: (node) => this.send({ kind: "node", node }),
      source: (source) => this.turnTo(source),
      set: (parts) => this.set(parts),
      enter: () => this.large.canvas.focus({ preventScroll: true }),
    });
    this.large = new Large({
      pixel: (node, place) => this.data.canSum && this.send({ kind: "pixel", node, place }),
      enlarge: () => this.widen(!this.isWide),
      silence: (node, channel) => this.send({ kind: "silence", node, channel }),
    });
  }

  /** Shows maps as `viz/payload.py` sends them; `send` takes what is asked of the server. */
  show(bytes, send) {
    this.send = send;
    if (isSame(bytes, this.bytes)) return;
    const before = this.data?.focus;
    this.bytes = bytes;
    this.data = read(bytes);
    this.dress();
    if (!(kept.source < this.data.sources.length)) kept.source = 0;
    this.scales = new Scales(this.data, kept);
    this.focus(before === this.data.focus);
    this.largeMaps = this.maps;
    this.drawAll();
  }

  /** Lights up what a lesson's word points at. */
  point(names) {
    this.hero.light(names);
    this.large.light(names);
  }

  /** Sets what the style sheet asks for. */
  dress() {
    const { colors, single, over } = this.data;
    this.frame.classList.toggle("single", Boolean(single));
    this.frame.classList.toggle("over", Boolean(over));
    this.frame.style.setProperty("--shortcut", colors.shortcut);
    this.frame.style.setProperty("--branch", colors.branch);
    if (!this.isOpened) this.large.opacity.value = OPACITY[over ? "over" : single ? "single" : "maps"];
    this.isOpened = true;
  }

  /** Sets the channel in focus: the link's, or the one that was chosen here and not told yet; else the strongest. */
  focus(isSameView) {
    if (!isSameView) {
      clearTimeout(this.sending);
      this.sending = null;
    }
    const { channel, first } = this.data;
    const given = channel ?? (isSameView ? this.channel : first);
    const wanted = isSameView && this.sending ? this.channel : given;
    const { maps } = this;
    this.channel = wanted !== null && maps.places.has(wanted) ? wanted : maps.channels[maps.order("energy")[0]];
  }

  /** The layer that the gallery shows. */
  get maps() {
    return this.data.arrays[this.data.sources[kept.source]];
  }

  /** What strip and gallery are drawn from. */
  get look() {
    const { data, scales, channel, maps } = this;
    return { data, kept, scales, channel, maps };
  }

  /** Draws all, the controls too. */
  drawAll() {
    this.gallery.box.hidden = Boolean(this.data.single);
    if (!this.data.single) this.gallery.drawBar(this.look);
    this.draw();
  }

  /** Draws strip, gallery and large map. */
  draw() {
    this.hero.draw(this.look);
    if (!this.data.single) this.gallery.draw(this.look);
    this.drawLarge();
  }

  /** Draws the channel in focus large. */
  drawLarge() {
    const { data, scales, channel } = this;
    const maps = this.largeMaps.places.has(channel) ? this.largeMaps : this.maps;
    const scale = scales.of(maps, channel);
    const { name, colors } = scales.colors(scale.signed);
    const { image, texts, ground, odd, canSum, over } = data;
    this.large.show({
      ...{ maps, scale, colors, image, texts, ground, odd, canSum, over },
      place: maps.places.get(channel),
      name: texts.colorNames[name],
      canSilence: data.canSilence && maps.node === this.maps.node,
      isSilenced: (data.silenced[maps.node] ?? []).includes(channel),
      isWide: this.isWide,
      isSingle: data.single,
      unread: data.unread,
      chosen: data.chosen,
    });
  }

  /** A channel chosen anywhere is chosen everywhere; the link is told once it stays. */
  choose(maps, channel) {
    if (!maps.places.has(channel)) {
      this.sendChannel(channel, false);
      return;
    }
    this.largeMaps = maps;
    this.channel = channel;
    this.hero.draw(this.look);
    if (kept.by === "similarity") this.gallery.draw(this.look);
    else this.gallery.markChosen(channel);
    this.drawLarge();
    this.sendChannel(channel, !this.hero.isMissing);
  }

  /** Tells the server of a channel. Of a large layer the strip holds the strongest only: another one is asked for at once. */
  sendChannel(channel, isHere) {
    clearTimeout(this.sending);
    const send = () => {
      this.sending = null;
      this.send({ kind: "channel", node: this.data.layer, channel, has: isHere });
    };
    this.sending = setTimeout(send, isHere ? SETTLED_MS : 0);
  }

  /** Shows another source's maps in the gallery. */
  turnTo(source) {
    kept.source = source;
    this.largeMaps = this.maps;
    if (!this.maps.places.has(this.channel)) this.channel = this.maps.channels[0];
    this.drawAll();
  }

  /** Takes what a viewer set, and draws what depends on it. */
  set(parts) {
    Object.assign(kept, parts);
    this.scales = new Scales(this.data, kept);
    if ("by" in parts || "size" in parts) this.gallery.draw(this.look);
    else if ("count" in parts) this.hero.draw(this.look);
    else this.draw();
  }

  /** Shows one map over the whole width, or goes back. */
  widen(isWide) {
    this.isWide = isWide;
    this.frame.classList.toggle("wide", isWide);
    this.drawLarge();
    if (!isWide) this.fit();
  }

  /** Follows the width of the page. */
  fit() {
    if (!this.data) return;
    this.frame.classList.toggle("narrow", this.frame.clientWidth < NARROW_PX);
    if (this.data.single || this.gallery.box.clientWidth === this.fitted) return;
    this.fitted = this.gallery.box.clientWidth;
    this.gallery.draw(this.look);
  }

  /** The view is gone from the page. */
  leave() {
    clearTimeout(this.sending);
    this.watcher.disconnect();
  }
}
