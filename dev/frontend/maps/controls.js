// Controls in one line each.
import { html } from "../shared/dom.js";

/** Returns a control with a text before it. */
export function labelled(text, control) {
  const label = html("label", "label");
  label.append(html("span", "", text), control);
  return label;
}

/** Returns a list to choose from; groups: [[title, [[value, text], ...]], ...], one without a title stands in the list itself. */
export function selected(groups, value, name, act) {
  const select = html("select");
  select.setAttribute("aria-label", name);
  for (const [title, options] of groups) {
    const made = options.map(([key, text]) => new Option(text, key, false, String(key) === String(value)));
    if (title) {
      const group = Object.assign(html("optgroup"), { label: title });
      group.append(...made);
      select.append(group);
    } else select.append(...made);
  }
  select.addEventListener("change", () => act(select.value));
  return select;
}

/** Returns a button that is pressed or not. */
export function pressed(text, isOn, act) {
  const button = html("button", "", text);
  button.setAttribute("aria-pressed", String(isOn));
  button.addEventListener("click", act);
  return button;
}

/** Returns a "?" with what is behind it: exact figures, one a line. */
export function behind(name, lines) {
  const box = html("details", "behind");
  const mark = html("summary", "", "?");
  mark.setAttribute("aria-label", name);
  mark.title = name;
  const list = html("div", "lines");
  list.append(...lines.filter(Boolean).map((line) => html("p", "", line)));
  box.append(mark, list);
  return box;
}

/** Puts others in the place of a box's children; what had the focus has it again, by its place among what can have it. */
export function replace(box, ...children) {
  const all = () => [...box.querySelectorAll("button, input, select, summary")];
  const at = all().indexOf(box.getRootNode().activeElement);
  box.replaceChildren(...children);
  if (at >= 0) all()[at]?.focus({ preventScroll: true });
}
