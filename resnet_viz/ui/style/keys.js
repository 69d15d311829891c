// Undo and redo by keys, on every page; not where somebody types: a text has an undo of its own.
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  const step = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : "";
  const at = event.composedPath()[0];
  const isText = at?.matches?.("input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable=true]");
  // A list that can be searched keeps the focus after a choice, with nothing typed into it.
  const isTyping = isText && !(at.getAttribute("role") === "combobox" && at.value === "");
  const button = step && !isTyping && document.querySelector(`.st-key-history_${step} button`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
