// Feature maps to look at: the strip of signals, every channel of a layer, one of them large over the picture. One channel
// is in focus in all three. Everything but another layer and a pixel's sum happens here, without a word to Python.
import { make } from "./dom.js";
import { Gallery } from "./gallery.js";
import { Hero } from "./hero.js";
import { Large } from "./large.js";
import { pointAt } from "./pointer.js";
import { Scales } from "./scale.js";
import { read } from "./values.js";

const TOLD_MS = 600; // a channel stays in focus this long before the link is told
const NARROW_PX = 720;

// What a viewer set, kept while the maps change under it.
const kept = { count: 1, by: "energy", own: false, colors: "auto", size: 0, source: 0 };

export class Explorer {
  constructor(root) {
    this.send = () => {};
    this.frame = make("maps");
    this.tip = make("tip");
    this.tip.hidden = true;
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
      layer: (node) => this.send("node", { node }),
      source: (source) => this.turnTo(source),
      set: (parts) => this.set(parts),
      enter: () => this.large.canvas.focus({ preventScroll: true }),
    });
    this.large = new Large(make, {
      onPixel: (node, place) => this.data.canSum && this.send("pixel", { node, place }),
      onEnlarge: () => this.widen(!this.isWide),
      onSilence: (node, channel) => this.send("silence", { node, channel }),
    });
    this.frame.append(this.hero.box, this.gallery.box, this.large.box, this.tip);
    root.append(this.frame);
    this.frame.addEventListener("keydown", (event) => event.key === "Escape" && this.isWide && this.widen(false));
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.frame);
  }

  show(bytes, send) {
    this.send = send;
    if (bytes === this.bytes || (this.bytes && same(bytes, this.bytes))) return;
    const before = this.data?.focus;
    this.bytes = bytes;
    this.data = read(bytes);
    const { sources, colors, channel, first } = this.data;
    this.data.arrays.forEach((maps) => (maps.single = this.data.single));
    this.frame.classList.toggle("single", Boolean(this.data.single));
    this.frame.style.setProperty("--shortcut", colors.shortcut);
    this.frame.style.setProperty("--branch", colors.branch);
    this.frame.classList.toggle("over", Boolean(this.data.over));
    if (!this.opened) this.large.opacity.value = this.data.over ? 85 : this.data.single ? 60 : 75; // the picture below stays in sight
    this.opened = true;
    if (!(kept.source < sources.length)) kept.source = 0;
    this.scales = new Scales(this.data, kept);
    const isSame = before === this.data.focus;
    if (!isSame) {
      clearTimeout(this.telling);
      this.telling = null;
    }
    const wanted = isSame && this.telling ? this.channel : (channel ?? (isSame ? this.channel : first));
    const { maps } = this;
    this.channel = wanted !== null && maps.places.has(wanted) ? wanted : maps.channels[maps.order("energy")[0]];
    this.largeMaps = maps;
    this.drawAll();
  }

  // The layer that the gallery shows.
  get maps() {
    return this.data.arrays[this.data.sources[kept.source]];
  }

  get look() {
    const { data, scales, channel, maps } = this;
    return { data, kept, scales, channel, maps };
  }

  drawAll() {
    this.gallery.box.hidden = Boolean(this.data.single);
    if (!this.data.single) this.gallery.drawBar(this.look);
    this.draw();
  }

  draw() {
    this.hero.draw(this.look);
    if (!this.data.single) this.gallery.draw(this.look);
    this.drawLarge();
  }

  drawLarge() {
    const { data, scales, channel } = this;
    const maps = this.largeMaps.places.has(channel) ? this.largeMaps : this.maps;
    const place = maps.places.get(channel);
    const scale = scales.of(maps, channel);
    const { name, colors } = scales.colors(scale.signed);
    this.large.show({
      maps,
      place,
      colors,
      scale,
      image: data.image,
      texts: data.texts,
      ground: data.ground,
      odd: data.odd,
      name: data.texts.colorNames[name],
      canSilence: data.canSilence && maps.node === this.maps.node,
      isSilenced: (data.silenced[maps.node] ?? []).includes(channel),
      canSum: data.canSum,
      isWide: this.isWide,
      over: data.over,
    });
  }

  // A channel chosen anywhere is chosen everywhere; the link is told once it stays.
  choose(maps, channel) {
    if (!maps.places.has(channel)) return this.tell(channel, false);
    this.largeMaps = maps;
    this.channel = channel;
    this.hero.draw(this.look);
    if (kept.by === "similarity") this.gallery.draw(this.look);
    else this.gallery.markChosen(channel);
    this.drawLarge();
    this.tell(channel, !this.hero.isMissing);
  }

  // Of a large layer the strip holds the strongest channels only: another one is asked for at once.
  tell(channel, isHere) {
    clearTimeout(this.telling);
    this.telling = setTimeout(
      () => {
        this.telling = null;
        this.send("channel", { node: this.data.layer, channel, has: isHere });
      },
      isHere ? TOLD_MS : 0,
    );
  }

  turnTo(source) {
    kept.source = source;
    this.largeMaps = this.maps;
    if (!this.maps.places.has(this.channel)) this.channel = this.maps.channels[0];
    this.drawAll();
  }

  set(parts) {
    Object.assign(kept, parts);
    this.scales = new Scales(this.data, kept);
    if ("by" in parts || "size" in parts) this.gallery.draw(this.look);
    else if ("count" in parts) this.hero.draw(this.look);
    else this.draw();
  }

  // One map over the whole width, and back.
  widen(isWide) {
    this.isWide = isWide;
    this.frame.classList.toggle("wide", isWide);
    this.drawLarge();
    if (!isWide) this.fit();
  }

  fit() {
    if (!this.data) return;
    this.frame.classList.toggle("narrow", this.frame.clientWidth < NARROW_PX);
    if (this.data.single || this.gallery.box.clientWidth === this.fitted) return;
    this.fitted = this.gallery.box.clientWidth;
    this.gallery.draw(this.look);
  }

  leave() {
    clearTimeout(this.telling);
    this.watcher.disconnect();
  }
}

function same(one, other) {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
