// Channel by channel: how strong F(x) and the shortcut are, and how much of the sum the last ReLU set to zero.
import { html } from "../shared/dom.js";
import { percent, shown } from "./numbers.js";
import { signalsOf } from "./words.js";

const COLUMNS = 4;
const LEAST = 1e-30; // the longest bar is never of nothing

/** Returns a channel's root mean square. */
const strengthOf = (maps, channel) => Math.sqrt(maps.stats.energy[maps.places.get(channel)]);

/** Returns what the bars are of: [{ kind, maps, title, isOff }], F(x) first. */
function partsOf(data) {
  const [shortcut, branch] = signalsOf(data);
  const isOff = (kind) => Boolean(data.off[data.kinds.indexOf(kind)]);
  return [
    { kind: "branch", maps: branch, title: data.texts.branch, isOff: isOff("branch") },
    { kind: "shortcut", maps: shortcut, title: data.texts.shortcut, isOff: isOff("shortcut") },
  ].filter(({ maps }) => maps);
}

/** Returns the bars of a channel, the longest of all as wide as there is room. */
function barsOf(parts, channel, most) {
  const bars = html("span", "bars");
  for (const { kind, maps, isOff } of parts) {
    const bar = html("i", `strength ${kind}`);
    bar.classList.toggle("off", isOff);
    bar.style.width = `${(100 * strengthOf(maps, channel)) / most}%`;
    bars.append(bar);
  }
  return bars;
}

/** Returns one channel's row: its number, its bars, its share. */
function rowOf(channel, { data, parts, most, focus, choose }) {
  const { texts } = data;
  const [, , sum] = signalsOf(data);
  const row = html("button", "row");
  row.setAttribute("aria-pressed", String(channel === focus));
  row.addEventListener("click", () => choose(channel));
  const share = sum ? percent(sum.negatives(sum.places.get(channel))) : "";
  row.append(html("span", "number", channel), barsOf(parts, channel, most), html("span", "share", share));
  const figures = parts.map(({ maps, title, isOff }) => {
    return `${title}: ${shown(strengthOf(maps, channel))}${isOff ? ` (${texts.off})` : ""}`;
  });
  if (share) figures.push(`${texts.zeroed}: ${share}`);
  row.title = figures.join("\n");
  row.setAttribute("aria-label", `${texts.channel} ${channel}. ${figures.join(". ")}`);
  return row;
}

/** Returns the row that says what stands below it. */
function headingOf(data, parts, isAlone) {
  const { texts } = data;
  const head = html("div", "row head");
  const key = html("span", "key");
  if (isAlone) key.append(`${texts.strengthOf} `);
  for (const { kind, title } of parts) key.append(html("i", `strength ${kind}`), `${title} `);
  const [, , sum] = signalsOf(data);
  head.append(html("span", "number", texts.channel), key, html("span", "share", sum ? texts.zeroed : ""));
  return head;
}

/** Returns a table of channels in up to four columns; `choose` takes the channel that was clicked on. */
export function strengths(data, channels, focus, choose) {
  const parts = partsOf(data);
  const most = Math.max(...channels.flatMap((channel) => parts.map(({ maps }) => strengthOf(maps, channel))), LEAST);
  const box = html("div", "strengths");
  box.title = data.texts.strengthHelp;
  const isAlone = channels.length === 1;
  if (!isAlone) box.append(html("p", "whole", data.texts.strengths));
  const columns = Math.min(COLUMNS, channels.length);
  const each = Math.ceil(channels.length / columns);
  for (let column = 0; column < columns; column++) {
    const rows = html("div", "rows");
    const own = channels.slice(column * each, (column + 1) * each);
    const table = own.map((channel) => rowOf(channel, { data, parts, most, focus, choose }));
    rows.append(headingOf(data, parts, isAlone), ...table);
    box.append(rows);
  }
  return box;
}
