// Keys of every page that press a button: undo, redo, and "?" for the map of what the pages answer. Not where somebody types:
// a text has an undo of its own; not over a dialog.
addEventListener("keydown", (event) => {
  if (event.altKey) return;
  const key = event.key.toLowerCase();
  const step = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : "";
  const asks = key === "?" && !document.querySelector("[role=dialog]") ? "answers_map" : "";
  const name = event.ctrlKey || event.metaKey ? step && `history_${step}` : asks;
  const at = event.composedPath()[0];
  const isText = at?.matches?.("input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable=true]");
  // A list that can be searched keeps the focus after a choice, with nothing typed into it.
  const isTyping = isText && !(at.getAttribute("role") === "combobox" && at.value === "");
  const button = name && !isTyping && document.querySelector(`.st-key-${name} button`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
