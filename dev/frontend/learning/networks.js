// The networks of a run, each drawn beside what it came to.
import { html } from "../shared/dom.js";

/** Returns a network with its words, and the element of its number. */
function networkOf({ name, title, caption, svg: drawing, color }, of) {
  const [names, result, head] = [html("div", "words"), html("div", "result"), html("div", "head")];
  const number = html("strong", "number");
  names.append(html("b", "", title), html("span", "", caption));
  result.append(number, html("span", "of", of));
  head.append(names, result);
  const strip = html("div", "strip");
  strip.innerHTML = drawing; // of this program's own making: viz/strip.py
  const box = html("section", "network");
  box.dataset.network = name;
  box.style.setProperty("--own", color);
  box.append(head, strip);
  return { box, number };
}

export class Networks {
  /** Makes an empty box. */
  constructor() {
    this.box = html("div", "networks");
    this.numbers = new Map(); // name -> element
  }

  /** Shows networks; `of` says what their numbers are of. */
  show(networks, of) {
    const key = JSON.stringify(networks);
    if (key === this.key) return;
    this.key = key;
    const made = networks.map((network) => networkOf(network, of));
    this.numbers = new Map(networks.map(({ name }, index) => [name, made[index].number]));
    this.box.replaceChildren(...made.map(({ box }) => box));
    this.box.classList.toggle("many", networks.length > 2);
  }

  /** Writes what a network came to. */
  showResult(name, text) {
    if (this.numbers.has(name)) this.numbers.get(name).textContent = text;
  }
}
