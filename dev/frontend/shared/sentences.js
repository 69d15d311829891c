// Texts put together as their language has it.

/** Returns sentences one after the other, or behind a word and its colon; after a Chinese mark stands no space. */
export const sentences = (texts) =>
  texts
    .filter(Boolean)
    .join(" ")
    .replace(/([。？！：]) /g, "$1");

/** Returns clauses of one sentence, with the marks of the language they are in; `end` is "." for its last one. */
export function clauses(texts, end = "") {
  const parts = texts.filter(Boolean);
  const isChinese = parts.some((text) => /\p{Script=Han}/u.test(text));
  return parts.join(isChinese ? "；" : "; ") + (isChinese && end ? "。" : end);
}
