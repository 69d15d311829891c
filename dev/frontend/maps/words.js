// What is said of the channel on screen. The sentences and the bounds between them come from viz/block_words.py.
import { sentences } from "../shared/sentences.js";
import { percent, shown } from "./numbers.js";

/** Returns which of the sentences a ratio gets: the number of bounds that it reaches. */
export const levelOf = (ratio, bounds) => bounds.filter((bound) => ratio >= bound).length;

/** Returns the maps of shortcut, F(x) and sum, null for what there is not. */
export const signalsOf = (data) => data.strengths.map((index) => (index === null ? null : data.arrays[index]));

/** Returns a channel's mean square. */
const energyOf = (maps, channel) => maps.stats.energy[maps.places.get(channel)];

/** Returns what is said of a channel, under its number: how strong F(x) is beside the shortcut, and what the last ReLU sets to
 *  zero. */
export function channelWords(data, channel) {
  const [shortcut, branch, sum] = signalsOf(data);
  const { texts } = data;
  const parts = [];
  if (shortcut && !data.off.some(Boolean)) {
    parts.push(ratioWords(texts.ratio, energyOf(branch, channel), energyOf(shortcut, channel)));
  }
  if (sum) parts.push(reluWords(texts.relu, sum.negatives(sum.places.get(channel))));
  return parts.length ? sentences([texts.ofChannel.replace("{n}", channel), ...parts]) : "";
}

/** Returns the sentence on how strong F(x) is beside the shortcut, from their mean squares. */
export function ratioWords(texts, branch, side) {
  if (!branch && !side) return texts.neither;
  if (!branch) return texts.noBranch;
  if (!side) return texts.noSide;
  const ratio = Math.sqrt(branch / side);
  return texts.levels[levelOf(ratio, texts.bounds)].replace("{ratio}", shown(ratio));
}

/** Returns the sentence on the share of values that a ReLU sets to zero. */
export function reluWords(texts, share) {
  if (share === 0) return texts.none;
  return share === 1 ? texts.all : texts.some.replace("{share}", percent(share));
}
