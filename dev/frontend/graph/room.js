// How high a frame may be for the page to fill the window, no less and no more. All figures are CSS px.

/** The px of a computed style, 0 for what is no length. */
const pixels = (text) => parseFloat(text) || 0;

/** Returns where what stands beside an element ends: columns are stretched, what they hold is not; what scrolls by itself
 *  has no end. */
function endOf(column) {
  if (/auto|scroll/.test(getComputedStyle(column).overflowY)) return 0;
  const held = column.querySelector("[data-testid=stVerticalBlock]")?.lastElementChild;
  return held?.getBoundingClientRect().bottom ?? 0;
}

/** Returns an element and what it stands in, up to the page's own part. */
function upwards(element) {
  const all = [];
  for (let item = element; item?.parentElement && item.dataset.testid !== "stMain"; item = item.parentElement)
    all.push(item);
  return all;
}

/** Returns what stands after an element in its parent and takes room. */
function followers(element) {
  const all = [];
  for (let other = element.nextElementSibling; other; other = other.nextElementSibling) {
    const place = other.getBoundingClientRect();
    if (place.height) all.push([other, place]);
  }
  return all;
}

/** Returns the height that the window leaves to a frame in a component's root. */
export function roomFor(frame, root) {
  const own = frame.getBoundingClientRect();
  let [padding, following, beside] = [0, 0, 0];
  for (const item of upwards(root.host ?? root)) {
    const around = getComputedStyle(item.parentElement);
    padding += pixels(around.paddingBottom);
    for (const [other, place] of followers(item)) {
      const isBeside = place.left >= own.right || place.right <= own.left;
      if (isBeside) beside = Math.max(beside, endOf(other));
      else following += place.height + pixels(around.rowGap) + pixels(getComputedStyle(other).marginTop);
    }
  }
  const scrolled = document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0;
  const bottom = window.innerHeight - padding;
  // Where a neighbour goes beyond the window the page scrolls anyway, and what follows is out of sight.
  const end = beside + scrolled + following > bottom ? bottom : bottom - following;
  return end - own.top - scrolled;
}
