// On a phone what comes of an answer stands below the first screen: once a prediction is given, it is brought to the top of the
// window, so that it stands beside what came. Whoever scrolls meanwhile is left alone.
{
  const PHONE = matchMedia("(max-width: 768px)");
  const CAME = ".st-key-walk_predicted:has([class*='st-key-came_'])";
  let left = () => {};
  const follow = () => {
    left();
    const until = new AbortController();
    const watch = new MutationObserver(() => {
      const said = document.querySelector(CAME);
      if (!said) return;
      said.scrollIntoView({ block: "start" });
      if (document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning") left();
    });
    left = () => [watch.disconnect(), until.abort()];
    watch.observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-test-script-state"] });
    for (const own of ["wheel", "touchmove", "pointerdown"]) addEventListener(own, () => left(), { signal: until.signal });
  };
  const isAnswer = (event) =>
    event.type === "click" ? ".st-key-lesson_submit button" : event.key === "Enter" ? ".st-key-walk_predicted input" : "";
  for (const given of ["click", "keydown"])
    addEventListener(given, (event) => PHONE.matches && isAnswer(event) && event.target.closest?.(isAnswer(event)) && follow());
}
