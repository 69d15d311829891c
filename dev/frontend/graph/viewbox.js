// Boxes of the camera, { x, y, width, height } in units of the picture, worked out from places and sizes alone.

const ROOM = { x: 50, y: 40 }; // about a place that is looked at
const ABOVE = 9; // what stays free above the first that is seen whole; the way between two lines stays out of sight
const EDGE = 12; // beside what is brought into sight
const LEAST_WIDTH = 60; // of a box: no closer
const MOST_WIDTH = 6; // of a box, in widths of the picture: no farther

/** Returns the box that shows all of a picture, in the middle of a view of [width, height] px or at its top; scale: px per unit. */
export function fitted(bounds, [width, height], scale, isAtTop) {
  const [w, h] = [width / scale, height / scale];
  const above = isAtTop ? 0 : Math.max(0, (h - bounds.height) / 2);
  return { x: bounds.x - (w - bounds.width) / 2, y: bounds.y - above, width: w, height: h };
}

/** Returns the scale, px per unit, at which a place just fits into a view of [width, height] px. */
export const scaleFor = (place, [width, height]) =>
  Math.min(width / (place.width + ROOM.x), height / (place.height + ROOM.y));

/** Returns where a stretch of `size` begins that should begin at `start`, kept within `all` units from `low` on. */
function within(start, size, low, all) {
  return size >= all ? low - (size - all) / 2 : Math.min(Math.max(start, low), low + all - size);
}

/** Returns the box with a place in its middle, but not beyond the picture's border: there is nothing to see. */
export function around(place, bounds, [width, height], scale) {
  const [w, h] = [width / scale, height / scale];
  const x = within(place.x + place.width / 2 - w / 2, w, bounds.x, bounds.width);
  const y = within(place.y + place.height / 2 - h / 2, h, bounds.y, bounds.height);
  return { x, y, width: w, height: h };
}

/** Returns the box moved up or down until nothing above a place is seen in part: all of it where there is room, else none,
 *  unless half of the view were empty then. */
export function uncut(box, place, others) {
  const end = (other) => other.y + other.height;
  const cut = others.filter((other) => other.y < box.y && end(other) > box.y && end(other) <= place.y);
  if (!cut.length) return box;
  const top = Math.min(...cut.map((other) => other.y)) - ABOVE;
  const hasRoom = end(place) <= top + box.height;
  if (!hasRoom && place.height < box.height / 2) return box;
  return { ...box, y: hasRoom ? top : Math.max(...cut.map(end)) + ABOVE };
}

/** Returns where a stretch must begin to hold another; what is larger is shown from its start. */
function along(near, far, start, size) {
  if (near < start || far - near > size) return near - EDGE;
  return far > start + size ? far - size + EDGE : start;
}

/** Returns the box moved just as far as it takes to have a place in it, or null if it is in it already. */
export function revealing(place, box) {
  const { x, y, width, height } = box;
  const [right, bottom] = [place.x + place.width, place.y + place.height];
  if (place.x >= x && place.y >= y && right <= x + width && bottom <= y + height) return null;
  return { x: along(place.x, right, x, width), y: along(place.y, bottom, y, height), width, height };
}

/** Returns the box `factor` times closer about a point that lies at the shares fx and fy of it. */
export function zoomed(box, factor, [fx, fy], bounds) {
  const width = Math.min(Math.max(box.width / factor, LEAST_WIDTH), bounds.width * MOST_WIDTH);
  const ratio = width / box.width;
  const [x, y] = [box.x + box.width * fx * (1 - ratio), box.y + box.height * fy * (1 - ratio)];
  return { x, y, width, height: box.height * ratio };
}

/** Returns the box that stands between two others, `share` of the way. */
export function between(from, to, share) {
  const at = (key) => from[key] + (to[key] - from[key]) * share;
  return { x: at("x"), y: at("y"), width: at("width"), height: at("height") };
}
