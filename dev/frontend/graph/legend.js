// What the colours mean, and the choice of what they shall mean.

function say(text, name = "") {
  const made = document.createElement("span");
  made.textContent = text;
  made.className = name;
  return made;
}

function pieces(legend) {
  const made = [];
  if (legend?.stops?.length) {
    const ramp = say("", "ramp");
    ramp.style.background = `linear-gradient(to right, ${legend.stops.join(", ")})`;
    made.push(say(legend.title), say(legend.low), ramp, say(legend.high));
  }
  for (const { color, text, shape } of legend?.marks ?? []) {
    const dot = say("", `swatch ${shape ?? ""}`);
    dot.style.setProperty("--mark", color);
    const mark = say("", "mark");
    mark.append(dot, text);
    made.push(mark);
  }
  return made;
}

export class Legend {
  constructor(choose) {
    this.root = document.createElement("div");
    this.root.className = "legend";
    this.colors = document.createElement("select");
    this.colors.className = "colors";
    this.colors.addEventListener("change", () => choose(this.colors.value));
    this.marks = document.createElement("div");
    this.marks.className = "marks";
    // What the size of a box means: above the picture, where there is room.
    this.size = say("", "size");
    this.root.append(this.colors, this.marks);
  }

  show({ colors, color, legend, texts }) {
    const key = JSON.stringify([colors, texts.colors]);
    if (key !== this.key) {
      this.key = key;
      this.colors.setAttribute("aria-label", texts.colors);
      this.colors.title = texts.colors;
      this.colors.replaceChildren(
        ...colors.map(([value, textContent]) =>
          Object.assign(document.createElement("option"), { value, textContent }),
        ),
      );
      this.colors.hidden = colors.length < 2;
    }
    this.colors.value = color;
    this.marks.replaceChildren(...pieces(legend));
    this.size.textContent = legend?.size ?? "";
  }
}
