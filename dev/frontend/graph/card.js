// What is said of the thing that the mouse rests on.
import { html } from "../shared/dom.js";

const EDGE = 4; // px between the card and the frame
const [ASIDE, BELOW, ABOVE] = [14, 18, 12]; // px from the mouse

export class Card {
  /** `linesOf(target)` returns what is said of an element: a title and more lines; nothing for no card. */
  constructor(linesOf) {
    this.linesOf = linesOf;
    this.box = html("div", "card");
    this.box.hidden = true;
  }

  /** Follows the mouse over an element. */
  listen(view) {
    view.addEventListener("pointermove", (event) => this.hover(event));
    view.addEventListener("pointerleave", () => this.hide());
  }

  /** Takes the card away. */
  hide() {
    this.box.hidden = true;
  }

  /** Shows the card of what lies under the mouse; a finger, or a hand that drags, gets none. */
  hover(event) {
    const isResting = event.pointerType === "mouse" && !event.buttons;
    const lines = isResting && this.linesOf(event.target);
    this.box.hidden = !lines;
    if (!lines) return;
    const [title, ...rest] = lines;
    this.box.replaceChildren(html("strong", "", title), ...rest.map((line) => html("div", "", line)));
    this.place(event.clientX, event.clientY);
  }

  /** Puts the card beside a point of the window, CSS px, where it stays inside the frame. */
  place(clientX, clientY) {
    const frame = this.box.parentNode.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const [x, y] = [clientX - frame.left, clientY - frame.top];
    const left = Math.min(x + ASIDE, frame.width - width - EDGE);
    const top = y + BELOW + height > frame.height ? y - height - ABOVE : y + BELOW;
    this.box.style.transform = `translate(${left}px, ${top}px)`;
  }
}
