// On a phone what comes of an answer stands below the first screen: once a prediction is given, what was said is brought to the
// top of the window, and what came stands below it. It is measured and drawn bit by bit: the place is kept meanwhile, until
// somebody touches anything.
{
  const LONGEST_MS = 30_000;
  const phone = matchMedia("(max-width: 767px)");
  let leave = () => {};
  const follow = () => {
    leave();
    let hasCome = false;
    const touched = new AbortController();
    const keep = () => {
      const came = document.querySelector(".st-key-walk_predicted [class*='st-key-came_']");
      if (hasCome && !came) return leave();
      hasCome = Boolean(came);
      came?.closest(".st-key-walk_predicted").scrollIntoView({ block: "start" });
    };
    const drawn = new MutationObserver(keep);
    const grown = new ResizeObserver(keep);
    const timer = setTimeout(() => leave(), LONGEST_MS);
    leave = () => {
      drawn.disconnect();
      grown.disconnect();
      touched.abort();
      clearTimeout(timer);
    };
    drawn.observe(document.body, { subtree: true, childList: true });
    grown.observe(document.querySelector("[data-testid=stMainBlockContainer]"));
    for (const kind of ["wheel", "pointerdown", "keydown"]) addEventListener(kind, () => leave(), { signal: touched.signal });
  };
  const isGiven = ({ target, key }) =>
    target.closest?.(key ? ".st-key-walk_predicted input" : ".st-key-lesson_submit button") && (!key || key === "Enter");
  // After what this very press has told others: its own touch is no wish to look elsewhere.
  const hear = (event) => phone.matches && isGiven(event) && setTimeout(follow);
  addEventListener("click", hear);
  addEventListener("keydown", hear);
}
