// The pointer over tiles: which channel and cell it is at, its value beside it, a click to choose the channel.
import { shown } from "./numbers.js";
import { BORDER } from "./paint.js";

const EDGE = 4; // px between the tip and the frame
const [ASIDE, BELOW] = [14, 16]; // px from the mouse

/** Returns what lies at a point of a canvas of tiles, [x, y] in shares of it: the maps and the place of the channel, the cell
 *  unless it is the tile's border; null beside all tiles. `places` are those of the tiles in order. */
export function tileAt([x, y], { maps, places, grid }) {
  const [px, py] = [x * grid.width - BORDER, y * grid.height - BORDER];
  const [column, row] = [Math.floor(px / grid.tileWidth), Math.floor(py / grid.tileHeight)];
  const isOn = column >= 0 && row >= 0 && column < grid.columns;
  const place = isOn ? places[row * grid.columns + column] : undefined;
  if (place === undefined) return null;
  const scale = (grid.tileWidth - BORDER) / maps.width;
  const [i, j] = [(py - row * grid.tileHeight) / scale, (px - column * grid.tileWidth) / scale].map(Math.floor);
  const isCell = i >= 0 && j >= 0 && i < maps.height && j < maps.width;
  return isCell ? { maps, place, row: i, column: j } : { maps, place };
}

/** Lets a canvas answer the pointer. `what()` returns the tiles as `tileAt` takes them; `about` has the tip, the frame it stands
 *  in, texts(), and choose(maps, channel); `hover` takes the cell under the pointer, or null. */
export function pointAt(canvas, what, { tip, frame, texts, choose }, hover = () => {}) {
  const at = (event) => {
    const rect = canvas.getBoundingClientRect();
    return tileAt([(event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height], what());
  };
  const show = (event, { maps, place, row, column }) => {
    const value = shown(maps.at(place, row, column));
    tip.textContent = `${texts().channel} ${maps.channels[place]} [${row}, ${column}] = ${value}`;
    const rect = frame.getBoundingClientRect();
    const left = Math.min(event.clientX - rect.left + ASIDE, rect.width - tip.offsetWidth - EDGE);
    Object.assign(tip.style, { left: `${left}px`, top: `${event.clientY - rect.top + BELOW}px` });
  };
  const cellOf = (found) => (found?.row === undefined ? null : found);
  canvas.addEventListener("pointermove", (event) => {
    const cell = cellOf(at(event));
    tip.hidden = !cell;
    hover(cell);
    if (cell) show(event, cell);
  });
  canvas.addEventListener("pointerleave", () => {
    tip.hidden = true;
    hover(null);
  });
  canvas.addEventListener("click", (event) => {
    const found = at(event);
    if (!found) return;
    hover(cellOf(found));
    choose(found.maps, found.maps.channels[found.place]);
  });
}
