// Frames over a canvas of tiles: around one tile, around one cell. In shares of the canvas, so that they follow every size.
import { html } from "../shared/dom.js";
import { BORDER } from "./paint.js";

const RIM = 2; // canvas pixels that the frame around a tile is larger than it

/** Puts a frame at a place of a grid, canvas pixels. */
function put(frame, [x, y, w, h], { width, height }) {
  const shares = { left: x / width, top: y / height, width: w / width, height: h / height };
  for (const [side, share] of Object.entries(shares)) frame.style[side] = `${100 * share}%`;
}

/** Returns a frame around the tile at a place in the order, hidden for -1; `grid` as `paintTiles` returns it. */
export function frameAround(grid, index) {
  const frame = html("div", "mark");
  frame.hidden = index < 0;
  const [x, y] = [index % grid.columns, Math.floor(index / grid.columns)];
  put(frame, [x * grid.tileWidth, y * grid.tileHeight, grid.tileWidth + RIM, grid.tileHeight + RIM], grid);
  return frame;
}

/** Puts a frame around one cell of the only tile. */
export function frameCell(frame, grid, maps, { row, column }) {
  const [wide, tall] = [(grid.tileWidth - BORDER) / maps.width, (grid.tileHeight - BORDER) / maps.height];
  put(frame, [BORDER + column * wide, BORDER + row * tall, wide, tall], grid);
}
