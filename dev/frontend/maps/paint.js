// From values to colours: one byte of the map's colours a value, whole mosaics in one go.

import maps from "../../../assets/color-maps.json" with { type: "json" };

export const LEVELS = 256;
export const BORDER = 2; // canvas pixels of ground between tiles
const OFF = { ground: "#55595f", cross: "#ffffff" };
const STOPS = 33; // of a gradient
const tables = new Map();

/** Returns a colour as canvases hold it: little end first, on every machine in use. */
const rgba = ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r;

/** Returns the colours of a map as 256 pixels, then the mark for NaN and ±∞. */
export function table(name, odd) {
  const key = name + odd;
  if (!tables.has(key)) {
    const part = (i, k) => parseInt(maps[name].slice(6 * i + 2 * k, 6 * i + 2 * k + 2), 16);
    const colors = Array.from({ length: LEVELS }, (_none, i) => rgba([0, 1, 2].map((k) => part(i, k))));
    tables.set(key, new Uint32Array([...colors, rgba(odd)]));
  }
  return tables.get(key);
}

/** Returns where in a table a level stands, 0 to 255 and what lies beyond it; 256 for what is no number. */
function placeIn(level) {
  if (level >= 0 && level < LEVELS) return level | 0;
  if (!Number.isFinite(level)) return LEVELS;
  return level < 0 ? 0 : LEVELS - 1;
}

/** Draws one tile into the pixels of a canvas, `width` wide, from a pixel on: each value a square of `enlarge` pixels. */
function paintTile(pixels, width, begin, maps, place, { low, high }, { enlarge, colors }) {
  const factor = high > low ? (LEVELS - 1) / (high - low) : 0;
  let [at, line] = [place * maps.cells, begin];
  for (let y = 0; y < maps.height; y++) {
    for (let x = 0, to = line; x < maps.width; x++, at++) {
      const color = colors[placeIn((maps.values[at] - low) * factor + 0.5)];
      for (let k = 0; k < enlarge; k++) pixels[to++] = color;
    }
    for (let k = 1; k < enlarge; k++) pixels.copyWithin(line + k * width, line, line + maps.width * enlarge);
    line += enlarge * width;
  }
}

/** Draws tiles into a canvas; returns where they lie, canvas pixels, for the pointer. `order` holds places of channels;
 *  `scale(place)` gives { low, high }. */
export function paintTiles(canvas, maps, order, { columns, enlarge, colors, ground, scale }) {
  const [tileWidth, tileHeight] = [maps.width * enlarge + BORDER, maps.height * enlarge + BORDER];
  const rows = Math.ceil(order.length / columns);
  const [width, height] = [columns * tileWidth + BORDER, rows * tileHeight + BORDER];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  const sheet = pen.createImageData(width, height);
  const pixels = new Uint32Array(sheet.data.buffer);
  pixels.fill(rgba(ground));
  order.forEach((place, index) => {
    const [x, y] = [(index % columns) * tileWidth, Math.floor(index / columns) * tileHeight];
    const begin = (BORDER + y) * width + BORDER + x;
    paintTile(pixels, width, begin, maps, place, scale(place), { enlarge, colors });
  });
  pen.putImageData(sheet, 0, 0);
  return { tileWidth, tileHeight, columns, rows, width, height };
}

/** Strikes a tile through: its channel is switched off. */
export function crossOut(canvas, { tileWidth, tileHeight, columns }, index) {
  const pen = canvas.getContext("2d");
  const [x, y] = [BORDER + (index % columns) * tileWidth, BORDER + Math.floor(index / columns) * tileHeight];
  const [w, h] = [tileWidth - BORDER, tileHeight - BORDER];
  pen.fillStyle = OFF.ground;
  pen.fillRect(x, y, w, h);
  pen.strokeStyle = OFF.cross;
  pen.lineWidth = Math.max(1, Math.min(w, h) / 24);
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + w, y + h);
  pen.moveTo(x + w, y);
  pen.lineTo(x, y + h);
  pen.stroke();
}

/** Draws the colours of a scale, from its low end to its high one. */
export function paintRamp(canvas, colors) {
  Object.assign(canvas, { width: LEVELS, height: 1 });
  const pen = canvas.getContext("2d");
  const sheet = pen.createImageData(LEVELS, 1);
  new Uint32Array(sheet.data.buffer).set(colors.subarray(0, LEVELS));
  pen.putImageData(sheet, 0, 0);
}

/** Returns the same as stops of a gradient in a style sheet. */
export function stops(colors) {
  const places = Array.from({ length: STOPS }, (_none, i) => colors[Math.round((i * (LEVELS - 1)) / (STOPS - 1))]);
  return places.map((c) => `rgb(${c & 255} ${(c >> 8) & 255} ${(c >> 16) & 255})`).join(", ");
}

/** Returns a picture as a canvas of its own pixels. */
export function pictureCanvas({ width, height, pixels }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const sheet = new ImageData(width, height);
  for (let i = 0, j = 0; i < pixels.length; i += 3, j += 4) {
    sheet.data[j] = pixels[i];
    sheet.data[j + 1] = pixels[i + 1];
    sheet.data[j + 2] = pixels[i + 2];
    sheet.data[j + 3] = 255;
  }
  canvas.getContext("2d").putImageData(sheet, 0, 0);
  return canvas;
}
