// Blocks, stages and layers by what somebody typed.

/** Returns { kind: "block" | "stage" | "layer", name } for a text, or null: the whole name, then its beginning, then a part. */
export function lookUp(text, { blocks, stages, layers }) {
  const wanted = text.trim().toLowerCase();
  const [, stage] = /^(?:stage|阶段)?\s*(\d)$/.exec(wanted) ?? [];
  if (stage && stages.includes(stage)) return { kind: "stage", name: stage };
  const short = wanted.replace(/^(block|块)\s*/, "");
  if (blocks.includes(short)) return { kind: "block", name: short };
  if (!wanted) return null;
  const by = (test) => layers.find((id) => test(id.toLowerCase()));
  const name = by((id) => id === wanted) ?? by((id) => id.startsWith(wanted)) ?? by((id) => id.includes(wanted));
  return name ? { kind: "layer", name } : null;
}

/** Returns the names that can be looked up in rows (stages) of the picture and among all layers. */
export const namesOf = (rows, layers) => ({
  blocks: rows.flatMap((row) => row.parts.flatMap((part) => part.block || [])),
  stages: rows.filter((row) => row.can_open).map((row) => row.name),
  layers,
});
