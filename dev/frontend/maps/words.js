// What is said of the channel on screen. The sentences and the bounds between them come from viz/block_words.py.

// Which of the sentences a ratio gets: the number of bounds that it reaches.
export const levelOf = (ratio, bounds) => bounds.filter((bound) => ratio >= bound).length;

export function channelWords(data, channel, shown) {
  const [shortcut, branch, sum] = data.strengths.map((index) => (index === null ? null : data.arrays[index]));
  const { texts } = data;
  const said = [];
  if (shortcut && !data.off.some(Boolean))
    said.push(ratioWords(texts.ratio, ofChannel(branch, channel), ofChannel(shortcut, channel), shown));
  if (sum) said.push(reluWords(texts.relu, negatives(sum, sum.places.get(channel))));
  return sentences(said);
}

function ratioWords(texts, branch, side, shown) {
  if (!branch && !side) return texts.neither;
  if (!branch) return texts.noBranch;
  if (!side) return texts.noSide;
  const ratio = Math.sqrt(branch / side);
  return texts.levels[levelOf(ratio, texts.bounds)].replace("{ratio}", shown(ratio));
}

export function reluWords(texts, share) {
  if (share === 0) return texts.none;
  return share === 1 ? texts.all : texts.some.replace("{share}", percent(share));
}

const ofChannel = (maps, channel) => maps.stats.energy[maps.places.get(channel)];

// A share in whole percent; what is not nothing is never told as nothing, nor as all.
export function percent(share) {
  const whole = Math.min(share < 1 ? 99 : 100, Math.max(share > 0 ? 1 : 0, Math.round(100 * share)));
  return `${whole} %`;
}

// Sentences one after the other; after a Chinese mark stands no space.
export const sentences = (texts) =>
  texts
    .filter(Boolean)
    .join(" ")
    .replace(/([。？！]) /g, "$1");

// Clauses of one sentence, with the marks of the language they are in.
export function clauses(texts, end = "") {
  const said = texts.filter(Boolean);
  const isChinese = said.some((text) => /\p{Script=Han}/u.test(text));
  return said.join(isChinese ? "；" : "; ") + (isChinese && end ? "。" : end);
}

// Share of a channel's values that a ReLU sets to zero.
export function negatives(maps, place) {
  let count = 0;
  for (let i = place * maps.cells; i < (place + 1) * maps.cells; i++) count += maps.values[i] < 0;
  return count / maps.cells;
}
