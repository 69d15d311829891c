// Builds the graph component into the package: each file under a name that holds its content's hash; older builds go.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync, copyFileSync } from "node:fs";

const target = new URL("../resnet_viz/ui/frontend/graph/", import.meta.url).pathname;
mkdirSync(target, { recursive: true });
for (const old of readdirSync(target)) rmSync(target + old);

async function bundle(entry, name, define = {}) {
  const { outputFiles } = await build({
    entryPoints: [`graph/${entry}`],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    write: false,
    define,
  });
  const hash = createHash("sha256").update(outputFiles[0].contents).digest("hex").slice(0, 12);
  const file = `${name}-${hash}.${entry.split(".").pop()}`;
  writeFileSync(target + file, outputFiles[0].contents);
  return file;
}

const layout = await bundle("layout.js", "layout");
await bundle("index.js", "index", { LAYOUT_FILE: JSON.stringify(`./${layout}`) });
await bundle("style.css", "index");
copyFileSync("node_modules/@hpcc-js/wasm-graphviz/LICENSE", target + "LICENSE-wasm-graphviz.txt");
