// The whole picture as a file, at its own size, in its own colours, without what is only for the screen.

const LONGEST_PX = 12_000; // of a side that browsers draw
const LARGEST_SCALE = 3; // a slide at full size
const FETCHED_MS = 10_000; // by then the browser has the file

/** Returns the picture as an SVG file of its own size, in points. */
function standalone(svg, { x, y, width, height }) {
  const copy = svg.cloneNode(true);
  copy.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  copy.setAttribute("width", `${width}pt`);
  copy.setAttribute("height", `${height}pt`);
  for (const gone of copy.querySelectorAll("g.folds, g.flow, .reach")) gone.remove();
  for (const made of copy.querySelectorAll(".selected")) made.classList.remove("selected");
  return new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
}

/** Resolves to an SVG file drawn as PNG, larger, on white. */
async function raster(svg, bounds) {
  const image = new Image();
  image.src = URL.createObjectURL(svg);
  await image.decode();
  const canvas = document.createElement("canvas");
  const scale = Math.min(LARGEST_SCALE, LONGEST_PX / bounds.width, LONGEST_PX / bounds.height);
  canvas.width = bounds.width * scale;
  canvas.height = bounds.height * scale;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Saves a picture with its bounds as a file of a kind, "svg" or "png". */
export async function save(svg, bounds, name, kind) {
  const whole = standalone(svg, bounds);
  const blob = kind === "svg" ? whole : await raster(whole, bounds);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FETCHED_MS);
}
