// Builds the components into the package: each file under a name that holds its content's hash; older builds go. What they
// were built from is kept beside them as one hash, so that a test notices sources that nobody built.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const root = new URL("../../resnet_viz/ui/frontend/", import.meta.url).pathname;
const colors = "../../assets/color-maps.json";
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const targets = {
  graph: `${root}graph/`,
  maps: `${root}maps/`,
  learning: `${root}learning/`,
  overview: `${root}overview/`,
  sum: `${root}sum/`,
  thumbs: `${root}thumbs/`,
  takehome: `${root}takehome/`,
};
for (const target of Object.values(targets)) {
  mkdirSync(target, { recursive: true });
  for (const old of readdirSync(target)) rmSync(target + old);
}

async function bundle(component, entry, name, { define = {}, format = "esm" } = {}) {
  const { outputFiles } = await build({
    entryPoints: [`${component}/${entry}`],
    bundle: true,
    minify: true,
    format,
    target: "es2022",
    legalComments: "none",
    write: false,
    define,
  });
  const hash = sha256(outputFiles[0].contents).slice(0, 12);
  const file = `${name}-${hash}.${entry.split(".").pop()}`;
  writeFileSync(targets[component] + file, outputFiles[0].contents);
  return file;
}

const layout = await bundle("graph", "layout.js", "layout", { format: "iife" });
await bundle("graph", "index.js", "index", { define: { LAYOUT_FILE: JSON.stringify(`./${layout}`) } });
await bundle("graph", "style.css", "index");
copyFileSync("node_modules/@hpcc-js/wasm-graphviz/LICENSE", targets.graph + "LICENSE-wasm-graphviz.txt");
await bundle("maps", "index.js", "index");
await bundle("maps", "style.css", "index");
for (const small of ["learning", "overview", "sum", "thumbs"]) {
  await bundle(small, "index.js", "index");
  await bundle(small, "style.css", "index");
}
// The take-home file carries the layout engine inside itself and says where, before this runs.
await bundle("takehome", "index.js", "index", { define: { LAYOUT_FILE: "globalThis.LAYOUT_URL" } });
await bundle("takehome", "style.css", "index");

const sources = readdirSync(".", { recursive: true, withFileTypes: true })
  .filter(
    (entry) => entry.isFile() && /\.(m?js|css|json)$/.test(entry.name) && !entry.parentPath.startsWith("node_modules"),
  )
  .map((entry) => (entry.parentPath === "." ? entry.name : `${entry.parentPath}/${entry.name}`));
const lines = [...sources, colors].sort().map((path) => `${sha256(readFileSync(path))}  ${path}\n`);
writeFileSync(`${root}sources.sha256`, `${sha256(lines.join(""))}\n`);
