// Small pictures to choose one from, as a component of a Streamlit page.
// data: { groups: [{ title, images: [{ name, title, source }] }], chosen }; trigger `did`: { image, mark }
import { component } from "../shared/component.js";
import { html } from "../shared/dom.js";

class Thumbs {
  /** Puts an empty choice into `parent`. */
  constructor(parent) {
    this.root = html("div", "thumbs");
    parent.append(this.root);
  }

  /** Shows the pictures; `send` takes the name of the one that is chosen. */
  show({ groups, chosen }, send) {
    this.send = send;
    // Drawn once: a rerun that changes only what is chosen leaves the focus where it is.
    const key = JSON.stringify(groups);
    if (key !== this.key) this.root.replaceChildren(...groups.map((group) => this.group(group)));
    this.key = key;
    for (const button of this.root.querySelectorAll(".thumb")) {
      button.setAttribute("aria-pressed", String(button.dataset.name === chosen));
    }
  }

  /** Returns a group of pictures under its title. */
  group({ title, images }) {
    const group = html("div", "group");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", title);
    group.append(html("div", "title", title), ...images.map((image) => this.thumb(image)));
    return group;
  }

  /** Returns the button of one picture. */
  thumb({ name, title, source }) {
    const button = Object.assign(html("button", "thumb"), { type: "button" });
    button.dataset.name = name;
    button.append(Object.assign(html("img"), { src: source, alt: "" }), html("span", "", title));
    button.addEventListener("click", () => this.send({ image: name }));
    return button;
  }

  /** The choice is gone from the page. */
  leave() {
    this.root.remove();
  }
}

export default component(Thumbs);
