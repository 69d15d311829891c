// One signal of the strip: its name, its channels as tiles, a frame around what is in focus.
import { html } from "../shared/dom.js";
import { frameAround } from "./marks.js";
import { crossOut, paintTiles } from "./paint.js";

const SIDE = 220; // canvas pixels of a signal; beside a 2×2 map even a line of one pixel is thick

/** Draws channels of a signal as tiles; returns the canvas and its grid. */
function tilesOf(maps, channels, { data, scales }) {
  const canvas = html("canvas", "cells");
  const places = channels.map((channel) => maps.places.get(channel));
  const columns = Math.ceil(Math.sqrt(places.length));
  const enlarge = Math.max(1, Math.ceil(SIDE / columns / Math.max(maps.width, maps.height)));
  const { colors } = scales.colors(true);
  const scale = (place) => scales.of(maps, maps.channels[place]);
  const grid = paintTiles(canvas, maps, places, { columns, enlarge, ground: data.ground, colors, scale });
  const silenced = data.silenced[maps.node] ?? [];
  channels.forEach((channel, index) => {
    if (silenced.includes(channel)) crossOut(canvas, grid, index);
  });
  return { canvas, places, grid };
}

/** Returns a signal's name with what was done to it, and room for a number. */
function nameOf(title, change) {
  const name = html("div", "name");
  const number = html("span", "number");
  name.append(html("b", "", title), ...(change ? [html("span", "cut", change)] : []), number);
  return { name, number };
}

/** Returns the strip's signal at an index, with what its pointer needs: { box, canvas, maps, places, grid, spot, number }.
 *  look: { data, scales, channels, channel }, those that are shown and the one in focus. */
export function tileOf(index, look) {
  const { data, channels, channel } = look;
  const maps = data.arrays[data.strip[index]];
  const [title, note, joint, off] = [data.titles[index], data.notes[index], data.joints[index], data.off[index]];
  const isSilenced = channels.length === 1 && (data.silenced[maps.node] ?? []).includes(channel);
  const change = off || (isSilenced ? data.texts.off : "");
  const { name, number } = nameOf(title, change);
  const { canvas, places, grid } = tilesOf(maps, channels, look);
  const label = [title, change, note, `${data.texts.channel} ${channels.join(", ")}`].filter(Boolean).join("; ");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const frame = html("div", "frame");
  const spot = html("div", "spot");
  const mark = channels.length > 1 ? [frameAround(grid, channels.indexOf(channel))] : [];
  frame.append(canvas, ...mark, spot);
  const picture = html("div", "picture");
  picture.append(name, html("div", "note", note), frame);
  const box = html("div", `tile ${data.kinds[index]}`);
  box.classList.toggle("off", Boolean(off));
  if (index) box.append(html("div", "joint", joint === "+" && data.off.some(Boolean) ? data.texts.cutJoint : joint));
  box.append(picture);
  return { box, canvas, maps, places, grid, spot, number };
}
