// How high a frame may be for the page to fill the window, no less and no more.

const pixels = (text) => parseFloat(text) || 0;

// Where what stands beside an element ends; columns are stretched, what they hold is not.
function endOf(column) {
  const held = column.querySelector("[data-testid=stVerticalBlock]")?.lastElementChild;
  return held?.getBoundingClientRect().bottom ?? 0;
}

export function roomFor(frame, root) {
  let [padding, following, beside] = [0, 0, 0];
  for (let item = root.host ?? root; item?.parentElement && item.dataset.testid !== "stMain"; item = item.parentElement) {
    const around = getComputedStyle(item.parentElement);
    padding += pixels(around.paddingBottom);
    const others = [...item.parentElement.children].filter((other) => other !== item && other.offsetHeight);
    if (around.display === "flex" && around.flexDirection === "row") beside = Math.max(beside, ...others.map(endOf));
    else for (const other of others) if (item.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) following += other.offsetHeight + pixels(around.rowGap);
  }
  const scrolled = document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0;
  const bottom = window.innerHeight - padding;
  // Where a neighbour goes beyond the window the page scrolls anyway, and what follows is out of sight.
  const end = beside + scrolled + following > bottom ? bottom : bottom - following;
  return end - frame.getBoundingClientRect().top - scrolled;
}
