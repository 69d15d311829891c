// The frame about the picture: its bars, and a height that fills the window.
import { html } from "../shared/dom.js";
import { isPhone, isProjected } from "../shared/screen.js";
import { roomFor } from "./room.js";

const LEAST_PX = 360; // height
const UNKNOWN = { width: 900, height: 480 }; // CSS px, before it is on the page
const LOOK_MS = 400; // what stands above may fold

export class Frame {
  /** Puts itself into `root`, its parts in the order in which they stand. */
  constructor(root, { bar, foot, card }) {
    this.root = root;
    this.view = html("div", "view");
    this.box = html("div", "frame");
    const [above, below] = [html("div", "bar"), html("div", "foot")];
    above.append(...bar);
    below.append(...foot);
    this.box.append(above, this.view, below, card);
    root.append(this.box);
  }

  /** Follows the window's height; tells `resized` of every other size of the view. */
  watch(resized) {
    this.observer = new ResizeObserver(resized);
    this.observer.observe(this.view);
    this.onWindow = () => this.stretch();
    window.addEventListener("resize", this.onWindow);
    this.timer = setInterval(() => this.root.isConnected && this.stretch(), LOOK_MS);
  }

  /** Ends what `watch` began. */
  leave() {
    this.observer.disconnect();
    window.removeEventListener("resize", this.onWindow);
    clearInterval(this.timer);
  }

  /** Exactly the height that is left in the window; on a phone, what the picture needs. */
  stretch() {
    if (isPhone()) return;
    const height = `${Math.floor(Math.max(LEAST_PX, roomFor(this.box, this.root)))}px`;
    if (this.box.style.height !== height) this.box.style.height = height;
  }

  /** What a picture is drawn for: { width, height } in CSS px, and whether it is shown by a projector. */
  get size() {
    const { clientWidth, clientHeight } = this.view;
    return {
      width: clientWidth || UNKNOWN.width,
      height: clientHeight || UNKNOWN.height,
      isProjected: isProjected(),
    };
  }

  /** Whether the keyboard is in the picture. */
  get hasFocus() {
    return this.view.matches(":focus-within");
  }

  /** Shows a text in the place of the picture. */
  say(text) {
    this.view.textContent = text;
  }

  /** Shows a picture; on a phone the frame is as tall as the picture is, not as the screen. */
  hold(svg, bounds) {
    this.view.replaceChildren(svg);
    this.view.style.setProperty("--tall", `${(this.view.clientWidth * bounds.height) / bounds.width}px`);
    if (isPhone()) this.box.style.height = "";
  }
}
