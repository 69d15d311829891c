// Feature maps to look at: a strip of signals for the same channels on one scale, every channel of a layer as a mosaic,
// one channel large over the picture. Everything but another layer and a pixel's sum happens here, without a word to Python.
import { Large } from "./large.js";
import { BORDER, paintTiles, table } from "./paint.js";
import { oddities, ofChannel, read, scaleOf, shown } from "./values.js";

const SMALLEST_TILE = 14; // canvas pixels; beside a 2×2 map even a line of one pixel is thick
const COUNTS = [1, 4, 16, 64];
const MOST_BARS = 7; // as many rows as a tile is tall
const LEAST_WIDTH = 18; // of a mosaic's tile on the page, px

// What a viewer set, kept while the maps change under it.
const kept = { count: 16, by: "number", own: false, colors: "auto", size: 0, source: 0 };

export class Explorer {
  constructor(root) {
    this.root = root;
    this.send = () => {};
    this.make = (name, tag = "div") => Object.assign(document.createElement(tag), { className: name });
    const make = this.make;
    this.frame = make("maps");
    this.stripBar = make("bar");
    this.strip = make("strip");
    this.sentence = make("sentence");
    this.mosaicBar = make("bar");
    this.mosaic = make("mosaic", "canvas");
    this.mosaic.tabIndex = 0;
    this.mark = make("mark");
    this.sheet = make("sheet");
    this.sheet.append(this.mosaic, this.mark);
    this.caption = make("sentence");
    this.tip = make("tip");
    this.tip.hidden = true;
    const main = make("main");
    main.append(this.stripBar, this.strip, this.sentence, this.mosaicBar, this.sheet, this.caption);
    this.large = new Large(make, {
      onPixel: (node, place) => this.data.canSum && this.send("pixel", { node, place }),
      onEnlarge: () => this.widen(!this.isWide),
      onSilence: (node, channel) => this.send("silence", { node, channel }),
    });
    this.frame.append(main, this.large.box, this.tip);
    root.append(this.frame);
    this.listen();
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.frame);
  }

  show(bytes, send) {
    this.send = send;
    if (bytes === this.bytes || (this.bytes && same(bytes, this.bytes))) return;
    this.bytes = bytes;
    this.data = read(bytes);
    const { arrays, strip, sources } = this.data;
    arrays.forEach((maps) => (maps.single = this.data.single));
    this.frame.classList.toggle("single", Boolean(this.data.single));
    if (this.data.single && !this.opened) this.large.opacity.value = 60; // what is explained stays visible
    this.opened = true;
    this.stripOrder = strip.length ? arrays[strip[0]].channels.map((_c, place) => place) : [];
    if (!(kept.source < sources.length)) kept.source = 0;
    const shownMaps = this.maps;
    const isKnown = this.chosen && shownMaps.node === this.chosen.maps.node && shownMaps.places.has(this.chosen.maps.channels[this.chosen.place]);
    const place = isKnown ? shownMaps.places.get(this.chosen.maps.channels[this.chosen.place]) : shownMaps.order("energy")[0];
    this.chosen = { maps: shownMaps, place };
    this.drawBars();
    this.draw();
  }

  get maps() {
    return this.data.arrays[this.data.sources[kept.source]];
  }

  colorsFor(signed) {
    const name = kept.colors === "auto" ? (signed ? "red-blue" : "viridis") : kept.colors;
    return { name, colors: table(name, this.data.odd) };
  }

  draw() {
    this.drawStrip();
    this.drawMosaic();
    this.drawLarge();
  }

  // --- the strip: signals of a block, or two answers and their difference ---

  drawStrip() {
    const { arrays, strip, texts, titles } = this.data;
    this.strip.hidden = this.stripBar.hidden = this.sentence.hidden = !strip.length;
    if (!strip.length) return;
    const places = this.alone === undefined ? this.stripOrder.slice(0, kept.count) : [this.alone];
    const columns = Math.max(1, Math.ceil(Math.sqrt(places.length)));
    const signals = strip.map((index) => arrays[index]);
    const shared = scaleOf(signals.filter((maps, i) => !this.data.apart.includes(i)).map((maps) => [maps, places.filter((p) => p < maps.channels.length)]));
    const tiles = signals.map((maps, index) => {
      const own = this.data.apart.includes(index) ? scaleOf([[maps, places.filter((p) => p < maps.channels.length)]]) : shared;
      const { colors } = this.colorsFor(own.signed);
      const tile = this.make("tile");
      const canvas = this.make("cells", "canvas");
      const enlarge = Math.max(1, Math.ceil(SMALLEST_TILE / Math.max(maps.width, maps.height)));
      const present = places.filter((p) => p < maps.channels.length); // x of a convolution block may have fewer
      const grid = paintTiles(canvas, maps, present, { columns, enlarge, colors, ground: this.data.ground, scale: () => own });
      const title = this.make("name");
      title.append(Object.assign(document.createElement("b"), { textContent: titles[index] }));
      const note = this.data.apart.includes(index) ? `${shown(own.low)} … ${shown(own.high)}` : `${maps.height}×${maps.width}×${this.data.totals[index]}`;
      tile.append(title, Object.assign(this.make("shape"), { textContent: note }), canvas);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${titles[index]}: ${note}; ${texts.channels} ${places.map((p) => maps.channels[p]).join(", ")}`);
      this.pointAt(canvas, () => ({ maps, places: present, grid }));
      return tile;
    });
    if (this.data.energies) tiles.push(this.energyTile(places.slice(0, MOST_BARS)));
    this.strip.replaceChildren(...tiles);
    const { name } = this.colorsFor(shared.signed);
    const range = texts.scale.replace("{low}", shown(shared.low)).replace("{high}", shown(shared.high)).replace("{colors}", texts.colorNames[name]);
    const strange = oddities(signals.map((maps) => [maps, places.filter((p) => p < maps.channels.length)]), texts);
    this.sentence.textContent = [range, strange, ...this.data.sentences].filter(Boolean).join(" · ");
  }

  // Per channel: mean squares of the two roads, and the share that the last ReLU removed.
  energyTile(places) {
    const { energies, texts } = this.data;
    const tile = this.make("tile energies");
    const title = this.make("name");
    title.append(Object.assign(document.createElement("b"), { textContent: texts.energies }));
    const rows = this.make("rows");
    const [branch, side, sum] = energies.map((index) => (index === null ? null : this.data.arrays[index]));
    const most = Math.max(...places.flatMap((p) => [branch, side].filter(Boolean).map((maps) => maps.stats.energy[p])), 1e-30);
    for (const place of places) {
      const row = this.make("row");
      const below = sum && negatives(sum, place);
      const parts = [[branch, "branch"], [side, "side"]].filter(([maps]) => maps);
      row.append(Object.assign(this.make("number", "span"), { textContent: branch.channels[place] }));
      const bars = this.make("bars", "span");
      for (const [maps, kind] of parts) {
        const bar = this.make(`energy ${kind}`, "i");
        bar.style.width = `${(100 * maps.stats.energy[place]) / most}%`;
        bars.append(bar);
      }
      row.append(bars, Object.assign(this.make("share", "span"), { textContent: below === null ? "" : `${Math.round(below * 100)} %` }));
      row.title = [`${texts.channel} ${branch.channels[place]}`, ...parts.map(([maps, kind]) => `${kind === "branch" ? "F(x)" : texts.side}: ${shown(maps.stats.energy[place])}`), below === null ? "" : texts.removed.replace("{share}", `${Math.round(below * 100)} %`)].filter(Boolean).join("; ");
      rows.append(row);
    }
    const key = this.make("shape");
    for (const [kind, text] of [["branch", "F(x)"], ["side", texts.sideShort]]) key.append(this.make(`key ${kind}`, "i"), text, " ");
    tile.append(title, key, rows);
    return tile;
  }

  // --- every channel of a layer ---

  drawMosaic() {
    const maps = this.maps;
    this.sheet.hidden = this.mosaicBar.hidden = this.caption.hidden = Boolean(this.data.single);
    if (this.data.single) return;
    const began = performance.now();
    const chosen = this.chosen.maps === maps ? this.chosen.place : 0;
    this.order = maps.order(kept.by, chosen);
    const shared = scaleOf([[maps, this.order]]);
    const { name, colors } = this.colorsFor(shared.signed);
    const width = this.sheet.clientWidth || 800;
    // Wide rather than tall, no tile larger than an eighth; the slider makes them larger.
    const even = Math.sqrt((this.order.length * 2.2 * maps.height) / maps.width);
    const fitting = Math.min(Math.max(8, even), width / LEAST_WIDTH);
    const columns = Math.max(1, Math.min(this.order.length, Math.round(fitting / 2 ** (kept.size / 2))));
    const enlarge = Math.max(1, Math.ceil(SMALLEST_TILE / Math.max(maps.width, maps.height)));
    const scale = kept.own ? (place) => this.ownScale(maps, place, shared.signed) : () => shared;
    this.grid = paintTiles(this.mosaic, maps, this.order, { columns, enlarge, colors, ground: this.data.ground, scale });
    const most = (width * this.order.length) / columns < width ? (width * this.order.length) / 8 : width;
    this.mosaic.style.width = `${Math.min(width, most)}px`;
    this.markChosen();
    const { texts } = this.data;
    const range = kept.own ? texts.ownScale : texts.scale;
    const zeros = maps.stats.zeros.reduce((sum, z) => sum + z, 0) / maps.channels.length;
    this.caption.textContent = [
      texts.layerLine.replace("{n}", maps.channels.length.toLocaleString(texts.locale)).replace("{layer}", maps.title || maps.node),
      range.replace("{low}", shown(shared.low)).replace("{high}", shown(shared.high)).replace("{colors}", texts.colorNames[name]),
      texts.zeros.replace("{share}", `${Math.round(zeros * 100)} %`),
      oddities([[maps, this.order]], texts),
      this.data.weights,
    ].filter(Boolean).join(" · ");
    this.mosaic.setAttribute("aria-label", `${this.caption.textContent}. ${texts.mosaicHelp}`);
    this.mosaic.dataset.drawn = (performance.now() - began).toFixed(2);
  }

  ownScale(maps, place, signed) {
    const own = ofChannel(maps, place);
    // All channels of a signed layer diverge about 0, or their colours would not compare.
    return signed && !own.signed ? { low: -own.high, high: own.high, signed } : own;
  }

  markChosen() {
    const { maps, place } = this.chosen;
    const index = maps === this.maps && this.order ? this.order.indexOf(place) : -1;
    this.mark.hidden = index < 0;
    if (index < 0) return;
    const { tileWidth, tileHeight, columns, width } = this.grid;
    const unit = this.mosaic.clientWidth / width || 1;
    const [x, y] = [index % columns, Math.floor(index / columns)];
    Object.assign(this.mark.style, {
      left: `${x * tileWidth * unit - 1}px`,
      top: `${y * tileHeight * unit - 1}px`,
      width: `${(tileWidth + 1) * unit}px`,
      height: `${(tileHeight + 1) * unit}px`,
    });
  }

  drawLarge() {
    const { maps, place } = this.chosen;
    const own = ofChannel(maps, place);
    const { name, colors } = this.colorsFor(own.signed);
    this.large.show({
      maps, place, colors, scale: own,
      image: this.data.image, texts: this.data.texts, ground: this.data.ground, odd: this.data.odd,
      name: this.data.texts.colorNames[name],
      canSilence: this.data.canSilence && maps === this.maps,
      canSum: this.data.canSum,
      isWide: this.isWide,
    });
  }

  // One map over the whole width, and back.
  widen(isWide) {
    this.isWide = isWide;
    this.frame.classList.toggle("wide", isWide);
    this.drawLarge();
    if (!isWide) this.fit();
  }

  choose(maps, place) {
    this.chosen = { maps, place };
    if (kept.by === "similarity" && maps === this.maps) this.drawMosaic();
    else this.markChosen();
    this.drawLarge();
    // On a phone the large map stands below all the others.
    if (this.frame.classList.contains("narrow")) this.large.box.scrollIntoView({ block: "nearest" });
  }

  // --- controls ---

  drawBars() {
    const { texts, sources, arrays, layers, layer } = this.data;
    const label = (text, control) => {
      const made = this.make("label", "label");
      made.append(Object.assign(document.createElement("span"), { textContent: text }), control);
      return made;
    };
    const select = (options, value, name, act) => {
      const made = Object.assign(document.createElement("select"), { ariaLabel: name });
      made.setAttribute("aria-label", name);
      made.append(...options.map(([key, text]) => new Option(text, key, false, String(key) === String(value))));
      made.addEventListener("change", () => act(made.value));
      return made;
    };
    const counts = this.make("segments");
    for (const count of COUNTS.filter((n, i) => i === 0 || this.stripOrder.length >= n || COUNTS[i - 1] < this.stripOrder.length)) {
      const button = Object.assign(this.make("", "button"), { textContent: count });
      button.setAttribute("aria-pressed", String(kept.count === count && this.alone === undefined));
      button.addEventListener("click", () => {
        kept.count = count;
        this.alone = undefined;
        this.drawBars();
        this.drawStrip();
      });
      counts.append(button);
    }
    const number = Object.assign(document.createElement("input"), { type: "number", min: 0, placeholder: texts.orNumber, value: this.alone === undefined || !this.data.strip.length ? "" : arrays[this.data.numbered].channels[this.alone] });
    number.setAttribute("aria-label", texts.orNumber);
    number.addEventListener("change", () => {
      const place = arrays[this.data.numbered].places.get(Number(number.value));
      this.alone = number.value === "" ? undefined : place;
      number.setCustomValidity(number.value !== "" && place === undefined ? texts.noChannel : "");
      number.reportValidity();
      this.drawStrip();
    });
    this.stripBar.replaceChildren(Object.assign(this.make("lead", "span"), { textContent: texts.lead }), counts, number);

    const own = Object.assign(document.createElement("input"), { type: "checkbox", checked: kept.own });
    own.addEventListener("change", () => this.set({ own: own.checked }));
    const size = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 6, value: kept.size });
    size.addEventListener("input", () => this.set({ size: Number(size.value) }));
    const by = [["number", texts.byNumber], ["energy", texts.byEnergy], ["sparsity", texts.bySparsity], ["similarity", texts.bySimilarity]];
    const lead = layers.length ? texts.everyChannel : `${texts.everyChannel} ${layer}`;
    const pieces = [Object.assign(this.make("lead", "span"), { textContent: lead })];
    if (layers.length) pieces.push(select(layers.map((name) => [name, name]), layer, texts.layer, (name) => this.send("node", { node: name })));
    if (sources.length > 1) {
      pieces.push(
        select(sources.map((index, i) => [i, arrays[index].title]), kept.source, texts.everyChannel, (i) => {
          const channel = this.chosen.maps.channels[this.chosen.place];
          kept.source = Number(i);
          this.chosen = { maps: this.maps, place: this.maps.places.get(channel) ?? 0 };
          this.draw();
        }),
      );
    }
    pieces.push(
      label(texts.sorted, select(by, kept.by, texts.sorted, (name) => this.set({ by: name }))),
      select(Object.entries(texts.colorChoices), kept.colors, texts.colors, (name) => this.set({ colors: name }, true)),
      label(texts.own, own),
      label(texts.size, size),
    );
    this.mosaicBar.replaceChildren(...pieces);
  }

  set(parts, all = false) {
    Object.assign(kept, parts);
    if (all) this.draw();
    else this.drawMosaic();
  }

  // --- pointer and keyboard ---

  pointAt(canvas, what) {
    const at = (event) => {
      const { maps, places, grid } = what();
      const rect = canvas.getBoundingClientRect();
      const [x, y] = [((event.clientX - rect.left) / rect.width) * grid.width - BORDER, ((event.clientY - rect.top) / rect.height) * grid.height - BORDER];
      const [column, row] = [Math.floor(x / grid.tileWidth), Math.floor(y / grid.tileHeight)];
      const place = column < 0 || row < 0 || column >= grid.columns ? undefined : places[row * grid.columns + column];
      if (place === undefined) return null;
      const scale = (grid.tileWidth - BORDER) / maps.width;
      const [i, j] = [Math.floor((y - row * grid.tileHeight) / scale), Math.floor((x - column * grid.tileWidth) / scale)];
      return i < 0 || j < 0 || i >= maps.height || j >= maps.width ? { maps, place } : { maps, place, row: i, column: j };
    };
    canvas.addEventListener("pointermove", (event) => {
      const found = at(event);
      this.tip.hidden = !found || found.row === undefined;
      if (this.tip.hidden) return;
      const { maps, place, row, column } = found;
      const { texts } = this.data;
      this.tip.textContent = `${texts.channel} ${maps.channels[place]} [${row}, ${column}] = ${shown(maps.at(place, row, column))}`;
      const rect = this.frame.getBoundingClientRect();
      const x = Math.min(event.clientX - rect.left + 14, rect.width - this.tip.offsetWidth - 4);
      Object.assign(this.tip.style, { left: `${x}px`, top: `${event.clientY - rect.top + 16}px` });
    });
    canvas.addEventListener("pointerleave", () => (this.tip.hidden = true));
    canvas.addEventListener("click", (event) => {
      const found = at(event);
      if (found) this.choose(found.maps, found.place);
    });
  }

  listen() {
    this.frame.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isWide) this.widen(false);
    });
    this.pointAt(this.mosaic, () => ({ maps: this.maps, places: this.order, grid: this.grid }));
    this.mosaic.addEventListener("keydown", (event) => {
      const { columns } = this.grid;
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -Infinity, End: Infinity }[event.key];
      if (event.key === "Enter") this.large.canvas.focus({ preventScroll: true });
      else if (step === undefined) return;
      else {
        const from = Math.max(0, this.order.indexOf(this.chosen.place));
        const to = Math.min(this.order.length - 1, Math.max(0, from + step));
        if (Math.abs(step) !== columns || (from + step >= 0 && from + step < this.order.length)) this.choose(this.maps, this.order[to]);
      }
      event.preventDefault();
      event.stopPropagation();
    });
  }

  fit() {
    if (!this.data) return;
    this.frame.classList.toggle("narrow", this.frame.clientWidth < 720);
    if (this.sheet.clientWidth !== this.fitted) {
      this.fitted = this.sheet.clientWidth;
      this.drawMosaic();
    }
  }

  leave() {
    this.watcher.disconnect();
  }
}

function negatives(maps, place) {
  let count = 0;
  for (let i = place * maps.cells; i < (place + 1) * maps.cells; i++) count += maps.values[i] < 0;
  return count / maps.cells;
}

function same(one, other) {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
