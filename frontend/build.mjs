// Builds each component into the package, under a name that holds its content's hash, and removes older builds.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync, copyFileSync } from "node:fs";

const target = new URL("../resnet_viz/ui/frontend/graph/", import.meta.url).pathname;
mkdirSync(target, { recursive: true });
for (const old of readdirSync(target)) rmSync(target + old);

for (const [entry, suffix] of [["graph/index.js", "js"], ["graph/style.css", "css"]]) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    write: false,
  });
  const hash = createHash("sha256").update(outputFiles[0].contents).digest("hex").slice(0, 12);
  writeFileSync(`${target}index-${hash}.${suffix}`, outputFiles[0].contents);
}
copyFileSync("node_modules/@hpcc-js/wasm-graphviz/LICENSE", target + "LICENSE-wasm-graphviz.txt");
