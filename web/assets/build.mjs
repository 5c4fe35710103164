// Bundle every .css and .js file of this folder (not of parts/) into the folder named
// on the command line, with a hash in each name, and write manifest.json: source name
// to built name. Pictures are copied the same way.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) throw new Error("Say where to build: node build.mjs FOLDER");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const names = (await readdir(here)).sort();
const manifest = {};

const entries = names.filter((name) => [".css", ".js"].includes(extname(name)));
const { metafile } = await build({
  entryPoints: entries.map((name) => join(here, name)),
  absWorkingDir: here,
  outdir: out,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2020", "safari14"],
  legalComments: "linked",
  metafile: true,
});
for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
  if (entryPoint) manifest[basename(entryPoint)] = basename(path);
}

for (const name of names.filter((name) => extname(name) === ".svg")) {
  const bytes = await readFile(join(here, name));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  manifest[name] = `${basename(name, ".svg")}-${hash}.svg`;
  await writeFile(join(out, manifest[name]), bytes);
}

await writeFile(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
