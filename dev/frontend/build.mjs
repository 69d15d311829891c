// Builds the components into the package: each file under a name that holds its content's hash; older builds go. Nothing is
// built of sources that are not formatted or that the linter finds fault with: so the hash of the sources, which is kept
// beside what is built of them and tested, stands for all three, and a machine without Node.js can test it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = new URL("../../resnet_viz/ui/frontend/", import.meta.url).pathname;
const COLORS = "../../assets/color-maps.json";
const RUNTIME = { script: "pyodide.asm.mjs", wasm: "pyodide.asm.wasm", stdlib: "python_stdlib.zip" };
const BIOME = "node_modules/@biomejs/biome/bin/biome";

/** Returns the hash of some bytes or a text, in hexadecimal digits. */
const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** Ends the build, with all that is to be said, unless the sources are formatted and without fault. */
function check() {
  try {
    execFileSync(process.execPath, [BIOME, "ci", "--error-on-warnings", "."], { stdio: "inherit" });
  } catch {
    console.error("Not built: `npm run format` formats the sources and mends what it can.");
    process.exit(1);
  }
}

/** Bundles one entry into its component's folder; returns the name of the file. */
async function bundle(component, entry, name, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [`${component}/${entry}`],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    write: false,
    ...options,
  });
  const hash = sha256(outputFiles[0].contents).slice(0, 12);
  const file = `${name}-${hash}.${entry.split(".").pop()}`;
  writeFileSync(`${ROOT}${component}/${file}`, outputFiles[0].contents);
  return file;
}

/** Builds a component into an empty folder: its script, with names that stand for texts in it, and its style sheet. */
async function component(name, define = {}) {
  await bundle(name, "index.js", "index", { define });
  await bundle(name, "style.css", "index");
}

/** Empties a component's folder. */
function empty(name) {
  mkdirSync(`${ROOT}${name}`, { recursive: true });
  for (const old of readdirSync(`${ROOT}${name}`)) rmSync(`${ROOT}${name}/${old}`);
}

/** Returns a script of the component `check` as a text: it runs in the sandboxed frame, where nothing can be fetched. */
async function textOf(entry) {
  const { info } = JSON.parse(readFileSync("node_modules/pyodide/pyodide-lock.json"));
  const define = { PYODIDE_INFO: JSON.stringify(info) };
  const options = { bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", write: false };
  const { outputFiles } = await build({
    entryPoints: [`check/${entry}`],
    external: ["node:*", "ws"],
    define,
    ...options,
  });
  return JSON.stringify(outputFiles[0].text);
}

/** Puts Pyodide's files, packed, where the app serves them. One that is there stays as it is: other versions of the packer
 *  would give other bytes, and there are megabytes of them. */
function packRuntime() {
  const place = `${ROOT}pyodide`;
  const packed = Object.entries(RUNTIME).map(([name, file]) => {
    const bytes = readFileSync(`node_modules/pyodide/${file}`);
    const own = `${name}-${sha256(bytes).slice(0, 12)}.gz`;
    mkdirSync(place, { recursive: true });
    if (!existsSync(`${place}/${own}`)) writeFileSync(`${place}/${own}`, gzipSync(bytes, { level: 9 }));
    return own;
  });
  for (const old of readdirSync(place)) if (old.endsWith(".gz") && !packed.includes(old)) rmSync(`${place}/${old}`);
}

/** Returns one hash over all that is built from; tests/test_architecture.py does the same. */
function sourcesHash() {
  const isSource = (entry) => entry.isFile() && /\.(m?js|css|json)$/.test(entry.name);
  const sources = readdirSync(".", { recursive: true, withFileTypes: true })
    .filter((entry) => isSource(entry) && !entry.parentPath.startsWith("node_modules"))
    .map((entry) => (entry.parentPath === "." ? entry.name : `${entry.parentPath}/${entry.name}`));
  const lines = [...sources, COLORS].sort().map((path) => `${sha256(readFileSync(path))}  ${path}\n`);
  return sha256(lines.join(""));
}

check();
for (const name of ["graph", "maps", "learning", "overview", "order", "sum", "thumbs", "weights", "takehome", "check"])
  empty(name);
const layout = await bundle("graph", "layout.js", "layout", { format: "iife" });
copyFileSync("node_modules/@hpcc-js/wasm-graphviz/LICENSE", `${ROOT}graph/LICENSE-wasm-graphviz.txt`);
await component("graph", { LAYOUT_FILE: JSON.stringify(`./${layout}`) });
// The take-home file carries the layout engine inside itself and says where, before this runs.
await component("takehome", { LAYOUT_FILE: "globalThis.LAYOUT_URL" });
for (const name of ["maps", "learning", "overview", "order", "sum", "thumbs", "weights"]) await component(name);
packRuntime();
await component("check", { FRAME_SCRIPT: await textOf("frame.js"), MACHINE_SCRIPT: await textOf("machine.js") });
writeFileSync(`${ROOT}sources.sha256`, `${sourcesHash()}\n`);
