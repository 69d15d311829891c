// The buttons in the picture's corner.
import { html } from "../shared/dom.js";

/** Returns a button that acts. */
function button(label, title, act, name = "") {
  const made = html("button", name, label);
  made.type = "button";
  made.title = title;
  made.setAttribute("aria-label", title);
  made.addEventListener("click", act);
  return made;
}

/** Returns the menu of files that the picture is saved as; it folds once something is chosen or the keyboard leaves it. */
function saveMenu(texts, save) {
  const menu = html("details");
  const fold = () => {
    menu.open = false;
  };
  const item = (kind) =>
    button(kind.toUpperCase(), texts[kind], () => {
      save(kind);
      fold();
    });
  menu.append(html("summary", "", texts.save), item("svg"), item("png"));
  menu.addEventListener("focusout", (event) => menu.contains(event.relatedTarget) || fold());
  return menu;
}

export class Tools {
  /** `actions` has zoomIn(), zoomOut(), fit(), run(), save(kind). */
  constructor(actions) {
    this.actions = actions;
    this.root = html("div", "tools");
  }

  /** Shows the buttons in the page's language. */
  show({ texts }) {
    const key = JSON.stringify(texts);
    if (key === this.key) return;
    this.key = key;
    const { actions } = this;
    this.root.replaceChildren(
      button(`▶ ${texts.data}`, texts.dataHint, () => actions.run(), "data"),
      button("−", texts.zoomOut, () => actions.zoomOut()),
      button("+", texts.zoomIn, () => actions.zoomIn()),
      button("⤢", texts.fit, () => actions.fit()),
      saveMenu(texts, (kind) => actions.save(kind)),
    );
  }
}
