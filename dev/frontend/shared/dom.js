// Elements in one line each.

const SVG = "http://www.w3.org/2000/svg";

/** Returns an HTML element with a class and a text. */
export function html(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** Returns an SVG element with attributes and children, which may be texts. */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
