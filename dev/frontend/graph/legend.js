// What the colours mean, and the choice of what they shall mean.
import { html } from "../shared/dom.js";

/** Returns a scale of colours with its ends, nothing where there is none. */
function rampOf({ stops, title, low, high } = {}) {
  if (!stops?.length) return [];
  const ramp = html("span", "ramp");
  ramp.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return [html("span", "", title), html("span", "", low), ramp, html("span", "", high)];
}

/** Returns a swatch of a colour and what it means. */
function markOf({ color, text, shape }) {
  const dot = html("span", `swatch ${shape ?? ""}`);
  dot.style.setProperty("--mark", color);
  const mark = html("span", "mark");
  mark.append(dot, text);
  return mark;
}

/** Returns a sign that stands in boxes and what it means. */
function signOf([sign, text]) {
  const mark = html("span", "mark");
  mark.append(html("strong", "", sign), text);
  return mark;
}

export class Legend {
  /** `choose` takes the name of another colouring. */
  constructor(choose) {
    this.root = html("div", "legend");
    this.colors = html("select", "colors");
    this.colors.addEventListener("change", () => choose(this.colors.value));
    this.marks = html("div", "marks");
    this.size = html("span", "size"); // what the size of a box means: above the picture, where there is room
    this.root.append(this.colors, this.marks);
  }

  /** Shows the colouring of a picture. */
  show({ colors, color, legend, texts }) {
    this.offer(colors, texts.colors);
    this.colors.value = color;
    const { signs, marks } = legend ?? {};
    this.marks.replaceChildren(...rampOf(legend), ...(signs ?? []).map(signOf), ...(marks ?? []).map(markOf));
    this.size.textContent = legend?.size ?? "";
  }

  /** Offers colourings, [[name, title]]; one alone is no choice. */
  offer(colors, name) {
    const key = JSON.stringify([colors, name]);
    if (key === this.key) return;
    this.key = key;
    this.colors.setAttribute("aria-label", name);
    this.colors.title = name;
    this.colors.replaceChildren(...colors.map(([value, text]) => new Option(text, value)));
    this.colors.hidden = colors.length < 2;
  }
}
