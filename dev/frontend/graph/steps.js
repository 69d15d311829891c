// The way of the arrow keys: along the signal from thing to thing, and inside an open block along its two paths.

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const ON_COURSE = 0.35; // cosine between an arrow key and an edge that follows it
const ROW = 14; // units of the picture: farther apart in height, two boxes are not in one row
const BESIDE = 4; // nearer than this along the arrow, a box does not lie that way
const STEEP = 3; // upwards and downwards, a box may lie this many times farther aside than ahead

/** Whether a key is one of the four. */
export const isArrow = (key) => key in ARROWS;

/** Whether an arrow goes with the signal. */
const isOn = (key) => key === "ArrowRight" || key === "ArrowDown";

/** The middle of a place, [x, y]. */
const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];

/** Returns the one with the largest score, null scores left out; null for none. */
function best(names, score) {
  let found = null;
  for (const name of names) {
    const own = score(name);
    if (own !== null && (!found || own > found.score)) found = { name, score: own };
  }
  return found?.name ?? null;
}

/** Returns how well the way from `from` to `to` follows an arrow, as a cosine, or null if it does not. */
function course(from, to, [dx, dy]) {
  const [vx, vy] = [to[0] - from[0], to[1] - from[1]];
  const cosine = (vx * dx + vy * dy) / (Math.hypot(vx, vy) || 1);
  return cosine >= ON_COURSE ? cosine : null;
}

/** Returns how near a place lies in the direction of an arrow, larger is nearer, or null if it does not lie there. */
function nearness(from, to, [dx, dy]) {
  const ahead = (to[0] - from[0]) * dx + (to[1] - from[1]) * dy;
  const aside = Math.abs((to[0] - from[0]) * dy) + Math.abs((to[1] - from[1]) * dx);
  return ahead > BESIDE && aside < (dx ? ROW : STEEP * ahead) ? -(ahead + 2 * aside) : null;
}

/** Returns where a key leads from a layer of an open block: along an edge that leads that way, else to the nearest box there. */
function inside(things, from, key) {
  const at = (name) => middle(things.place(name));
  const here = at(from);
  const edges = (isOn(key) ? things.forward : things.backward).get(from);
  const along = best(edges, (name) => course(here, at(name), ARROWS[key]));
  if (along) return along;
  const blockOf = (name) => things.nodes.get(name).closest("g.open");
  const mates = [...things.forward.keys()].filter((name) => blockOf(name) === blockOf(from));
  return best(mates, (name) => nearness(here, at(name), ARROWS[key])) ?? edges[0] ?? null;
}

/** Returns the thing that an arrow key leads to, or null at the picture's ends. */
export function step(things, from, key) {
  if (things.forward.has(from)) {
    const next = inside(things, from, key);
    if (next) return next;
  }
  const by = isOn(key) ? 1 : -1;
  const { order } = things;
  if (!things.isBlock(from) || !things.isOpen(from)) return order[order.indexOf(from) + by] ?? null;
  // Of an open block, its layers are next.
  const [shelf] = things.elements(from);
  const first = order.findIndex((name) => shelf.contains(things.nodes.get(name) ?? null));
  return order[isOn(key) ? first : first - 1] ?? null;
}
