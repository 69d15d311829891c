// One step of a visitor is one step of the browser's Back. Streamlit writes one address when a page is left and another when the
// next one stands, and a page completes its own: the first of these is neither where the visitor was nor where he went.
{
  const { pushState, replaceState } = history;
  let isStep = false;
  const begin = () => {
    isStep = true;
  };
  // A reader of the screen clicks without a pointer.
  for (const kind of ["pointerdown", "keydown", "click"]) addEventListener(kind, begin, true);
  addEventListener("popstate", () => {
    isStep = false;
  });
  history.pushState = (...entry) => {
    (isStep ? pushState : replaceState).apply(history, entry);
    isStep = false;
  };
}
