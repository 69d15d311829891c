// Elements in one line each.

export const make = (name, tag = "div") => Object.assign(document.createElement(tag), { className: name });

export const written = (name, text, tag = "div") => Object.assign(make(name, tag), { textContent: text });

export function labelled(text, control) {
  const label = make("label", "label");
  label.append(written("", text, "span"), control);
  return label;
}

// groups: [[title, [[value, text], ...]], ...]; a group without a title stands in the list itself.
export function selected(groups, value, name, act) {
  const select = make("", "select");
  select.setAttribute("aria-label", name);
  for (const [title, options] of groups) {
    const made = options.map(([key, text]) => new Option(text, key, false, String(key) === String(value)));
    if (title) {
      const group = Object.assign(make("", "optgroup"), { label: title });
      group.append(...made);
      select.append(group);
    } else select.append(...made);
  }
  select.addEventListener("change", () => act(select.value));
  return select;
}

export function pressed(text, isOn, act) {
  const button = written("", text, "button");
  button.setAttribute("aria-pressed", String(isOn));
  button.addEventListener("click", act);
  return button;
}

// What is behind a "?": exact figures, one a line.
export function behind(name, lines) {
  const box = make("behind", "details");
  const mark = written("", "?", "summary");
  mark.setAttribute("aria-label", name);
  mark.title = name;
  const list = make("lines");
  list.append(...lines.filter(Boolean).map((line) => written("", line, "p")));
  box.append(mark, list);
  return box;
}

// Puts others in the place of a box's children; what had the focus has it again, by its place among what can have it.
export function replace(box, ...children) {
  const all = () => [...box.querySelectorAll("button, input, select, summary")];
  const at = all().indexOf(box.getRootNode().activeElement);
  box.replaceChildren(...children);
  if (at >= 0) all()[at]?.focus({ preventScroll: true });
}
