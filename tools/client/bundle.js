// Bundles the client for delivery: few, small files instead of one per module, each beside its Brotli form.
//
//     node tools/client/bundle.js static /tmp/bundle
//
// Source checkouts don't need it: there the server sends the modules as they are. `make wheel` calls it.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { transformAsync } from "@babel/core";
import htm from "babel-plugin-htm";
import { rolldown } from "rolldown";

const [source, target] = process.argv.slice(2).map((folder) => path.resolve(folder));
if (!source || !target) {
  console.error("usage: node tools/client/bundle.js SOURCE TARGET, such as static /tmp/bundle");
  process.exit(2);
}

const [ENTRY, LATER] = ["app.js", "later.js"];
const LICENCES = "/*! Licences: LICENSES.txt in this folder. */";

const read = (name) => readFile(path.join(source, name), "utf8");
const below = async (folder, end) =>
  (await readdir(path.join(source, folder), { recursive: true }))
    .filter((name) => name.endsWith(end))
    .sort()
    .map((name) => `${folder}/${name}`);

// The texts of all parts in one language are one file, but for the features that few pages show:
// `import(`./words/${code}.js`)` becomes an import of that.
const WORDS = "virtual:words-";
const SELDOM = ["join", "lists", "operations"];
const kindOf = (name) => (SELDOM.some((feature) => name.includes(`features/${feature}/`)) ? "seldom-" : "");
const dictionaries = /\/(?:words|common|later)\/(\w\w)\.js$/;

async function languages() {
  const files = new Map();
  for (const name of [...(await below("core", ".js")), ...(await below("features", ".js")), ...(await below("pages", ".js"))]) {
    const [, code] = dictionaries.exec(name) ?? [];
    const file = `${kindOf(name)}${code}`;
    if (code) files.set(file, [...(files.get(file) ?? []), name]);
  }
  return {
    name: "languages",
    resolveId: (id) => (id.startsWith(WORDS) ? id : null),
    load(id) {
      if (!id.startsWith(WORDS)) return null;
      const names = files.get(id.slice(WORDS.length));
      const lines = names.map((name, at) => `import part${at} from ${JSON.stringify(path.join(source, name))};`);
      return `${lines.join("\n")}\nexport default Object.assign({}, ${names.map((_, at) => `part${at}`).join(", ")});`;
    },
    transform(code, id) {
      const kind = kindOf(id.split(path.sep).join("/"));
      const codes = [...files.keys()].filter((one) => !one.includes("-"));
      const choice = codes.map((one) => `${one}: () => import("${WORDS}${kind}${one}")`).join(", ");
      const changed = code.replace(/import\(`\.\/\w+\/\$\{code\}\.js`\)/g, `({ ${choice} })[code]()`);
      return changed === code ? null : changed;
    },
  };
}

// The templates of `html` become calls of `h`: no browser parses them, or fetches what does.
const templates = {
  name: "templates",
  async transform(code) {
    if (!code.includes("html`")) return null;
    const plugins = [[htm, { pragma: "__h", import: { module: "preact", export: "h" }, useNativeSpread: true }]];
    const { code: changed } = await transformAsync(code, { plugins, configFile: false, babelrc: false });
    return { code: changed };
  },
};

// Modules and all that they import without import().
function closure(graph, ...waiting) {
  const found = new Set();
  while (waiting.length) {
    const id = waiting.pop();
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}

let parts = null;

// What few people need of a feature, and what only that needs.
const APART = {
  cropping: ["core/lib/crop.js", "core/lib/frame.js", "core/lib/paint.js", "core/ui/crop-frame.js"],
  editing: ["edit-dialog", "edit", "redraft"].map((name) => `features/compose/${name}.js`),
  "picture-editor": ["picture-editor", "shrink"].map((name) => `features/compose/${name}.js`),
  "profile-editor": ["crop-dialog", "edit-form", "portrait"].map((name) => `features/profile/${name}.js`),
  "saved-drafts": ["saved", "saved-list"].map((name) => `features/compose/${name}.js`),
};

// Which file a module goes into. What the first view needs is one file, and what follows when the page is idle
// another; then there is one for each feature and each page, one for what they share, and one for each language.
// Files must not import each other in a circle, so whatever a shared module imports is shared too.
function chunkOf(id, graph) {
  // The entry joins no group: it awaits other files, which would wait for it in turn.
  if (id === path.join(source, ENTRY)) return null;
  parts ??= [ENTRY, LATER].map((name) => [name, closure(graph, path.join(source, name))]);
  for (const [name, modules] of parts) if (modules.has(id)) return name.replace(/\.js$/, "");
  const name = path.relative(source, id).split(path.sep).join("/");
  const [, language] = dictionaries.exec(name) ?? [];
  if (language || id.startsWith(WORDS)) return `words-${language ? `${kindOf(name)}${language}` : id.slice(WORDS.length)}`;
  const [apart] = Object.entries(APART).find(([, names]) => names.includes(name)) ?? [];
  if (apart) return apart;
  const [layer, part] = name.split("/");
  if (layer === "features" && !name.endsWith("/words.js")) return part;
  if (layer === "pages" && graph.getModuleInfo(id).dynamicImporters.length) return `page-${part.replace(/\.js$/, "")}`;
  return "shared";
}

// What a file imports, directly or not, without import().
function reachable(chunks, name) {
  const found = new Set();
  const waiting = [...chunks.get(name).imports];
  while (waiting.length) {
    const next = waiting.pop();
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...chunks.get(next).imports);
  }
  return found;
}

async function bundleScripts() {
  const imports = JSON.parse(await read("vendor/imports.json"));
  const bundle = await rolldown({
    input: path.join(source, ENTRY),
    resolve: {
      alias: Object.fromEntries(Object.entries(imports).map(([name, file]) => [name, path.join(source, file)])),
    },
    plugins: [await languages(), templates],
    preserveEntrySignatures: false,
    // A module that is imported statically and with import() stays in the first file that needs it.
    checks: { ineffectiveDynamicImport: false, bundlerTimings: false },
    logLevel: "warn",
  });
  const { output } = await bundle.write({
    dir: target,
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    banner: LICENCES,
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: chunkOf, debugName: "parts" }] },
  });
  await bundle.close();
  const chunks = new Map(output.filter(({ type }) => type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  for (const [name, { moduleIds }] of chunks) {
    if (moduleIds.some((id) => id.startsWith(path.join(source, "vendor", "htm")))) throw new Error(`${name} parses templates`);
    if (reachable(chunks, name).has(name)) throw new Error(`${name} needs itself: see chunkOf in bundle.js`);
  }
  return [ENTRY, ...reachable(chunks, ENTRY)].filter((name) => chunks.get(name).moduleIds.length > 0);
}

// For each import(), Rolldown writes a file that only re-exports from its part's file. Importing the part directly
// saves a request.
async function inlineExports() {
  const names = (await readdir(target)).filter((name) => name.endsWith(".js") && name !== ENTRY);
  const direct = new Map();
  for (const name of names) {
    const text = (await readFile(path.join(target, name), "utf8")).replace(LICENCES, "").trim();
    const [, exported, file] = /^export\{([^{}]*)\}from"\.\/([^"]+)";?$/.exec(text) ?? [];
    if (!file) continue;
    const pairs = exported.split(",").map((pair) => pair.trim().split(" as "));
    const fields = pairs.map(([inside, outside = inside]) => `${outside}:e.${inside}`).join(",");
    direct.set(name, `import(\`./${file}\`).then(e=>({${fields}}))`);
  }
  for (const name of [ENTRY, ...names]) {
    const file = path.join(target, name);
    if (direct.has(name)) {
      await rm(file);
      continue;
    }
    const text = await readFile(file, "utf8");
    const changed = text.replace(/import\(`\.\/([^`]+)`\)/g, (whole, wanted) => direct.get(wanted) ?? whole);
    if (changed !== text) await writeFile(file, changed);
  }
}

// As the server joins them in a source checkout.
async function copyStyles() {
  const sheets = await Promise.all((await below("styles", ".css")).map(read));
  await writeFile(path.join(target, "styles.css"), sheets.join("\n"));
  for (const name of await below("features", ".css")) {
    await mkdir(path.dirname(path.join(target, name)), { recursive: true });
    await writeFile(path.join(target, name), await read(name));
  }
}

async function writeLicences() {
  const { packages } = JSON.parse(await read("vendor/vendor.json"));
  const texts = packages.map(async ({ name, version, files }) => {
    const licence = Object.keys(files).find((file) => file.endsWith("LICENSE"));
    return `${name} ${version}\n\n${await read(`vendor/${licence}`)}`;
  });
  await writeFile(path.join(target, "LICENSES.txt"), (await Promise.all(texts)).join("\n\n---\n\n"));
}

async function compress() {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(js|css)$/.test(entry.name)) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    await writeFile(`${file}.br`, await promisify(brotliCompress)(await readFile(file), quality));
  }
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const [entry, ...others] = await bundleScripts();
await inlineExports();
await copyStyles();
await writeLicences();
await compress();
await writeFile(path.join(target, "bundle.json"), JSON.stringify({ entry, eager: [entry, ...others] }, null, 2));
