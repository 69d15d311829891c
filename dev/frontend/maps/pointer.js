// The pointer over tiles: which channel and cell it is at, its value beside it, a click to choose the channel.
import { BORDER } from "./paint.js";
import { shown } from "./values.js";

export function pointAt(canvas, what, { tip, frame, texts, choose }, hover = () => {}) {
  const at = (event) => {
    const { maps, places, grid } = what();
    const rect = canvas.getBoundingClientRect();
    const [x, y] = [
      ((event.clientX - rect.left) / rect.width) * grid.width - BORDER,
      ((event.clientY - rect.top) / rect.height) * grid.height - BORDER,
    ];
    const [column, row] = [Math.floor(x / grid.tileWidth), Math.floor(y / grid.tileHeight)];
    const place = column < 0 || row < 0 || column >= grid.columns ? undefined : places[row * grid.columns + column];
    if (place === undefined) return null;
    const scale = (grid.tileWidth - BORDER) / maps.width;
    const [i, j] = [Math.floor((y - row * grid.tileHeight) / scale), Math.floor((x - column * grid.tileWidth) / scale)];
    return i < 0 || j < 0 || i >= maps.height || j >= maps.width ? { maps, place } : { maps, place, row: i, column: j };
  };
  canvas.addEventListener("pointermove", (event) => {
    const found = at(event);
    tip.hidden = !found || found.row === undefined;
    hover(tip.hidden ? null : found);
    if (tip.hidden) return;
    const { maps, place, row, column } = found;
    tip.textContent = `${texts().channel} ${maps.channels[place]} [${row}, ${column}] = ${shown(maps.at(place, row, column))}`;
    const rect = frame.getBoundingClientRect();
    const x = Math.min(event.clientX - rect.left + 14, rect.width - tip.offsetWidth - 4);
    Object.assign(tip.style, { left: `${x}px`, top: `${event.clientY - rect.top + 16}px` });
  });
  canvas.addEventListener("pointerleave", () => {
    tip.hidden = true;
    hover(null);
  });
  canvas.addEventListener("click", (event) => {
    const found = at(event);
    if (!found) return;
    hover(found.row === undefined ? null : found);
    choose(found.maps, found.maps.channels[found.place]);
  });
}
