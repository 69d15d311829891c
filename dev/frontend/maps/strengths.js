// Channel by channel: how strong F(x) and the shortcut are, and how much of the sum the last ReLU set to zero.
import { make, written } from "./dom.js";
import { shown } from "./values.js";
import { negatives, percent } from "./words.js";

const COLUMNS = 4;

export function strengths(data, channels, focus, choose) {
  const { texts } = data;
  const [shortcut, branch, sum] = data.strengths.map((index) => (index === null ? null : data.arrays[index]));
  const parts = [
    ["branch", branch, texts.branch],
    ["shortcut", shortcut, texts.shortcut],
  ].filter(([_kind, maps]) => maps);
  const size = (maps, channel) => Math.sqrt(maps.stats.energy[maps.places.get(channel)]);
  const most = Math.max(...channels.flatMap((channel) => parts.map(([_kind, maps]) => size(maps, channel))), 1e-30);
  const isOff = (kind) => Boolean(data.off[data.kinds.indexOf(kind)]);

  function row(channel) {
    const line = make("row", "button");
    line.setAttribute("aria-pressed", String(channel === focus));
    line.addEventListener("click", () => choose(channel));
    const bars = make("bars", "span");
    for (const [kind, maps] of parts) {
      const bar = make(`strength ${kind}`, "i");
      bar.classList.toggle("off", isOff(kind));
      bar.style.width = `${(100 * size(maps, channel)) / most}%`;
      bars.append(bar);
    }
    const below = sum && percent(negatives(sum, sum.places.get(channel)));
    line.append(written("number", channel, "span"), bars, written("share", below ?? "", "span"));
    line.title = [
      ...parts.map(
        ([kind, maps, title]) => `${title}: ${shown(size(maps, channel))}${isOff(kind) ? ` (${texts.off})` : ""}`,
      ),
      below && `${texts.zeroed}: ${below}`,
    ]
      .filter(Boolean)
      .join("\n");
    line.setAttribute("aria-label", `${texts.channel} ${channel}. ${line.title.replaceAll("\n", ". ")}`);
    return line;
  }

  function heading() {
    const head = make("row head");
    const key = make("key", "span");
    if (channels.length === 1) key.append(`${texts.strengthOf} `);
    for (const [kind, _maps, title] of parts) key.append(make(`strength ${kind}`, "i"), `${title} `);
    head.append(written("number", texts.channel, "span"), key, written("share", sum ? texts.zeroed : "", "span"));
    return head;
  }

  const box = make("strengths");
  if (channels.length > 1) box.append(written("whole", texts.strengths, "p"));
  box.title = texts.strengthHelp;
  const columns = Math.min(COLUMNS, channels.length);
  const each = Math.ceil(channels.length / columns);
  for (let column = 0; column < columns; column++) {
    const part = make("rows");
    part.append(heading(), ...channels.slice(column * each, (column + 1) * each).map(row));
    box.append(part);
  }
  return box;
}
