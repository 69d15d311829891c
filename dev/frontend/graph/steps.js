// The way of the arrow keys: along the signal from thing to thing, and inside an open block along its two paths.

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const ON_COURSE = 0.35; // cosine between an arrow key and an edge that follows it
const ROW = 14; // farther apart in height, two boxes are not in one row

export const isArrow = (key) => key in ARROWS;

const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];

// Returns where a key leads from a layer of an open block: along an edge that leads that way, else to the nearest box there.
function inside(things, from, key) {
  const [dx, dy] = ARROWS[key];
  const isOn = key === "ArrowRight" || key === "ArrowDown";
  const here = middle(things.place(from));
  const edges = (isOn ? things.forward : things.backward).get(from);
  let best = null;
  for (const id of edges) {
    const [x, y] = middle(things.place(id));
    const [vx, vy] = [x - here[0], y - here[1]];
    const cosine = (vx * dx + vy * dy) / (Math.hypot(vx, vy) || 1);
    if (cosine >= ON_COURSE && (!best || cosine > best.score)) best = { id, score: cosine };
  }
  if (best) return best.id;
  const block = things.nodes.get(from).closest("g.open");
  for (const id of things.forward.keys()) {
    if (things.nodes.get(id).closest("g.open") !== block) continue;
    const [x, y] = middle(things.place(id));
    const ahead = (x - here[0]) * dx + (y - here[1]) * dy;
    const aside = Math.abs((x - here[0]) * dy) + Math.abs((y - here[1]) * dx);
    const cost = ahead + 2 * aside;
    if (ahead > 4 && aside < (dx ? ROW : 3 * ahead) && (!best || cost < best.cost)) best = { id, cost };
  }
  return best?.id ?? edges[0] ?? null;
}

// Returns the thing that a key leads to, or null at the picture's ends.
export function step(things, from, key) {
  const isOn = key === "ArrowRight" || key === "ArrowDown";
  if (things.forward.has(from)) {
    const next = inside(things, from, key);
    if (next) return next;
  }
  const { order } = things;
  const isShelf = things.isBlock(from) && things.isOpen(from); // of an open block, its layers are next
  const place = isShelf
    ? order.findIndex((name) => things.elements(from)[0].contains(things.nodes.get(name) ?? null)) - (isOn ? 1 : 0)
    : order.indexOf(from);
  return order[place + (isOn ? 1 : -1)] ?? null;
}
