// What is drawn on the large map: the picture, one channel over it, and a cell's receptive field.
import { fieldOf, groundOf, squareOf } from "./field.js";
import { BORDER, crossOut } from "./paint.js";

const SIDE = 720; // canvas pixels of the longer side
const FIELD = { color: "#ff9d00", width: 4 };
const CELL = { color: "white", width: 3 };
const UNREAD = "rgb(12 13 16 / 0.86)";
const RIM = 3; // how much wider the black line under a frame is

/** Draws a frame that is seen on every ground; all in canvas pixels. */
function outline(pen, [x, y, w, h], { color, width }) {
  for (const [style, wide] of [
    ["black", width + RIM],
    [color, width],
  ]) {
    pen.lineWidth = wide;
    pen.strokeStyle = style;
    pen.strokeRect(x, y, w, h);
  }
}

/** Returns a cell's square on the canvas. */
function onCanvas({ maps, image }, [row, column], zoom) {
  const [[y, h], [x, w]] = [squareOf(maps, image, 0, row), squareOf(maps, image, 1, column)];
  return [x * zoom, y * zoom, w * zoom, h * zoom];
}

/** Marks cells that hold no number: the picture does not shine through, neighbours do not blend in. */
function markOdd(pen, look, zoom) {
  const { maps, place, odd } = look;
  if (!maps.stats.odd[place]) return;
  pen.fillStyle = `rgb(${odd})`;
  for (let row = 0; row < maps.height; row++) {
    for (let column = 0; column < maps.width; column++) {
      if (!Number.isFinite(maps.at(place, row, column))) pen.fillRect(...onCanvas(look, [row, column], zoom));
    }
  }
}

/** Darkens cells that no later layer uses. */
function darken(pen, look, zoom) {
  pen.fillStyle = UNREAD;
  for (const cell of look.unread) pen.fillRect(...onCanvas(look, cell, zoom));
}

/** Frames a cell and what it sees of the picture. */
function drawField(pen, look, zoom) {
  const { maps, image, cell } = look;
  if (maps.field && image) {
    const { top, bottom, left, right } = fieldOf(cell, maps, image);
    const inside = [left * zoom + 2, top * zoom + 2, (right - left) * zoom - 4, (bottom - top) * zoom - 4];
    outline(pen, inside, FIELD);
  }
  outline(pen, onCanvas(look, cell, zoom), CELL);
}

/** Draws all of it. look: { maps, place, image, picture, cells, ground, odd, cell, isSilenced, unread, opacity,
 *  isSmooth }: `picture`
 *  is the image as a canvas, `cells` the channel as `paintTiles` draws one tile, `opacity` a share. */
export function drawSheet(canvas, look) {
  const { maps, image, picture, cells } = look;
  const { width, height } = groundOf(maps, image);
  const zoom = SIDE / Math.max(width, height);
  Object.assign(canvas, { width: Math.round(width * zoom), height: Math.round(height * zoom) });
  const pen = canvas.getContext("2d");
  pen.imageSmoothingEnabled = false;
  pen.fillStyle = `rgb(${look.ground})`;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  if (picture) pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const [left, top, wide, tall] = onCanvas(look, [0, 0], zoom);
  pen.globalAlpha = picture ? look.opacity : 1;
  pen.imageSmoothingEnabled = look.isSmooth;
  const from = [BORDER, BORDER, maps.width, maps.height];
  pen.drawImage(cells, ...from, left, top, wide * maps.width, tall * maps.height);
  pen.globalAlpha = 1;
  markOdd(pen, look, zoom);
  darken(pen, look, zoom);
  const whole = { tileWidth: canvas.width, tileHeight: canvas.height, columns: 1 };
  if (look.isSilenced) crossOut(canvas, whole, 0);
  if (look.cell) drawField(pen, look, zoom);
}
