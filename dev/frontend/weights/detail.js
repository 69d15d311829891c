// One layer: its facts, how its weights are spread, and its BatchNorms. Sizes are CSS px.
import { html, svg } from "../shared/dom.js";
import { figure, Squares } from "./squares.js";

const [WIDE, HIGH] = [360, 100];

export class Detail {
  /** Makes an empty box; `jump` takes a channel of a layer that is to be seen elsewhere. */
  constructor(jump) {
    this.jump = jump;
    this.box = html("section", "detail");
    this.drawn = [];
  }

  /** Shows a layer of a header, its channel in focus or the first. */
  show(data, layer, channel) {
    this.leave();
    Object.assign(this, { data, layer });
    const facts = html("ul", "facts");
    facts.append(...layer.facts.map((fact) => html("li", "", fact)));
    const words = html("div", "words");
    words.append(html("h4", "", layer.title), facts);
    this.box.replaceChildren(words, this.histogram(), this.squares(layer, channel));
  }

  /** Returns how the weights are spread: columns, and a line for the second set. */
  histogram() {
    const { texts, colors, titles } = this.data;
    const { histograms, bound, id } = this.layer;
    const box = html("figure", "histogram");
    const head = html("figcaption", "", texts.histogram);
    const most = Math.max(1, ...histograms.flat());
    const drawn = svg("svg", {
      viewBox: `0 0 ${WIDE} ${HIGH}`,
      role: "img",
      "aria-label": `${texts.histogram}, ${id}`,
    });
    const step = WIDE / histograms[0].length;
    const y = (count) => HIGH * (1 - count / most);
    histograms[0].forEach((count, i) => {
      drawn.append(
        svg("rect", {
          x: i * step + 0.5,
          y: y(count),
          width: step - 1,
          height: HIGH - y(count),
          fill: colors[0],
        }),
      );
    });
    if (histograms[1]) {
      const path = histograms[1].map((count, i) => `${i ? "L" : "M"}${(i + 0.5) * step} ${y(count)}`).join("");
      drawn.append(svg("path", { class: "second", d: path, stroke: colors[1] }));
    }
    drawn.append(svg("line", { class: "zero", x1: 0, x2: WIDE, y1: HIGH, y2: HIGH }));
    const ends = html("div", "ends");
    ends.append(...[-bound, 0, bound].map((value) => html("span", "", figure(value))));
    box.append(head, drawn, ends, ...(histograms[1] ? [this.legend(titles, colors)] : []));
    return box;
  }

  /** Returns what the two colours are. */
  legend(titles, colors) {
    const legend = html("div", "legend");
    titles.forEach((title, which) => {
      const own = html("span", which ? "is-line" : "is-box", title);
      own.style.setProperty("--own", colors[which]);
      legend.append(own);
    });
    return legend;
  }

  /** Returns the squares of its BatchNorms, or that it has none. */
  squares({ norms }, channel) {
    const box = html("div", "norms");
    this.drawn = norms.map((norm) => new Squares(this.data, norm, norm.isBefore ? null : channel, this.jump));
    if (norms.length) box.append(...this.drawn.map((own) => own.box));
    else box.append(html("p", "none", this.data.texts.noScales));
    return box;
  }

  /** The layer is gone from the page. */
  leave() {
    for (const own of this.drawn) own.leave();
  }
}
