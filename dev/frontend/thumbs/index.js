// Small pictures to choose one from. data: { groups: [{ title, images: [{ name, title, source }] }], chosen }
// trigger `did`: { image, mark }
export default function ({ data, parentElement, setTriggerValue }) {
  const make = (tag, className, parts = {}) => Object.assign(document.createElement(tag), { className, ...parts });
  let root = parentElement.querySelector(".thumbs");
  if (!root) parentElement.append((root = make("div", "thumbs")));
  const key = JSON.stringify(data.groups);
  if (root.known !== key) {
    // Drawn once: a rerun that changes only what is chosen leaves the focus where it is.
    root.known = key;
    root.replaceChildren(
      ...data.groups.map(({ title, images }) => {
        const group = make("div", "group");
        group.setAttribute("role", "group");
        group.setAttribute("aria-label", title);
        group.append(
          make("div", "title", { textContent: title }),
          ...images.map((image) => {
            const button = make("button", "thumb", { type: "button" });
            button.dataset.name = image.name;
            button.append(
              make("img", "", { src: image.source, alt: "" }),
              make("span", "", { textContent: image.title }),
            );
            button.addEventListener("click", () => root.send(image.name));
            return button;
          }),
        );
        return group;
      }),
    );
  }
  root.send = (image) => setTriggerValue("did", { image, mark: `${performance.now()}-${Math.random()}` });
  for (const button of root.querySelectorAll(".thumb"))
    button.setAttribute("aria-pressed", String(button.dataset.name === data.chosen));
}
