// Words of a lesson that point (lessons/marks.py): the one that is rested on, has the focus or was tapped is marked, and every
// component of the page is told (dev/frontend/shared/pointing.js). The mark in the page is the state: with it, it goes.
// Plotly's charts are no components of ours: what they drew of a layer is found by what it carries, as a click on it is, and
// what they drew of a network by the name that viz/curves.py gave it.
{
  const nameOf = (drawn) => {
    const [first] = drawn.closest("g.trace")?.__data__ ?? [];
    return first?.trace?.meta ?? `node:${first?.trace?.customdata?.[drawn.__data__?.i]?.[0]}`;
  };
  const light = (names) => {
    const drawn = [...document.querySelectorAll(".js-plotly-plot .cartesianlayer .point")];
    for (const own of drawn) own.classList.toggle("pointed", names.has(nameOf(own)));
  };
  let tapped = null;
  const markAt = (event) => event.target.closest?.("[data-points]");
  const point = (mark) => {
    const now = mark?.isConnected ? mark : null;
    const before = document.querySelector("[data-points].pointing");
    if (now === before) return;
    before?.classList.remove("pointing");
    now?.classList.add("pointing");
    light(new Set(now?.dataset.points.split(" ")));
    dispatchEvent(new Event("resnet-viz:pointed"));
  };
  addEventListener("pointerover", (event) => event.pointerType !== "touch" && point(markAt(event) ?? tapped));
  addEventListener("focusin", (event) => point(markAt(event) ?? tapped));
  addEventListener("focusout", () => point(tapped));
  addEventListener("click", (event) => {
    const mark = markAt(event);
    if (!mark && event.target.closest?.(".st-key-walk, button, a")) return;
    tapped = mark && mark !== tapped ? mark : null;
    point(tapped);
  });
}
