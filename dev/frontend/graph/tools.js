// The buttons in the picture's corner.

function button(label, title, act, name = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.textContent = label;
  made.title = title;
  made.setAttribute("aria-label", title);
  made.addEventListener("click", act);
  return made;
}

export class Tools {
  // `hand` has: zoomIn(), zoomOut(), fit(), run(), save(kind).
  constructor(hand) {
    this.hand = hand;
    this.root = document.createElement("div");
    this.root.className = "tools";
  }

  show({ texts }) {
    const key = JSON.stringify(texts);
    if (key === this.key) return;
    this.key = key;
    const { hand } = this;
    const menu = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = texts.save;
    const kinds = ["svg", "png"].map((kind) =>
      button(kind.toUpperCase(), texts[kind], () => (hand.save(kind), (menu.open = false))),
    );
    menu.append(summary, ...kinds);
    menu.addEventListener("focusout", (event) => menu.contains(event.relatedTarget) || (menu.open = false));
    this.root.replaceChildren(
      button(`▶ ${texts.data}`, texts.dataHint, () => hand.run(), "data"),
      button("−", texts.zoomOut, () => hand.zoomOut()),
      button("+", texts.zoomIn, () => hand.zoomIn()),
      button("⤢", texts.fit, () => hand.fit()),
      menu,
    );
  }
}
