// An explanation over its picture: the picture in grey, one colour for what speaks for the class and one for what speaks
// against it; the stronger, the less of the picture shines through. viz/overlay.py draws the same as a file.
import { BORDER, LEVELS } from "./paint.js";

const [DARKEST, CONTRAST] = [70, 0.65];
const GREY = 160; // under the colours of the scale

/** Draws one map as `paintTiles` would lay out a single tile, transparent where a value is small; `bound` is the largest. */
export function paintOver(canvas, maps, bound, [plus, minus], odd) {
  const [width, height] = [maps.width + 2 * BORDER, maps.height + 2 * BORDER];
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  const sheet = pen.createImageData(width, height);
  for (let row = 0; row < maps.height; row++) {
    for (let column = 0; column < maps.width; column++) {
      const value = maps.at(0, row, column);
      const isNumber = Number.isFinite(value);
      const color = isNumber ? (value > 0 ? plus : minus) : odd;
      const strength = isNumber ? Math.min(1, Math.abs(value) / (bound || 1)) : 1;
      sheet.data.set([...color, Math.round(255 * strength)], 4 * ((row + BORDER) * width + column + BORDER));
    }
  }
  pen.putImageData(sheet, 0, 0);
}

/** Returns a picture in grey, light enough for both colours to stand out. */
export function greyed({ width, height, pixels }) {
  const grey = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    grey.fill(DARKEST + CONTRAST * (0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2]), i, i + 3);
  }
  return { width, height, pixels: grey };
}

/** Draws the scale of such a map: against on the left, for on the right, nothing in the middle. */
export function paintOverRamp(canvas, [plus, minus]) {
  Object.assign(canvas, { width: LEVELS, height: 1 });
  const pen = canvas.getContext("2d");
  const sheet = pen.createImageData(LEVELS, 1);
  for (let x = 0; x < LEVELS; x++) {
    const value = (2 * x) / (LEVELS - 1) - 1;
    const color = value > 0 ? plus : minus;
    sheet.data.set([...color.map((part) => Math.round(GREY + (part - GREY) * Math.abs(value))), 255], 4 * x);
  }
  pen.putImageData(sheet, 0, 0);
}
