import { existsSync } from "node:fs";
import { defineConfig, type UserConfig } from "tsdown";

/**
 * `dist/cli.js` is what `./gantry` starts, `dist/gantry.js` what a `gantry.config.ts` imports, `dist/gantry.d.ts` what
 * editors are told of that, `dist/writeCrate.js`, `dist/digestRange.js` and `dist/writeTree.js` what its threads run. Dependencies are bundled: starting reads few files, and the bundle works without
 * `node_modules`. All files lie flat in one directory, so that code finds its neighbours by `import.meta.dirname`.
 * `GANTRY_DIST` is where to write.
 */
const common = {
  format: "cjs",
  target: "node24",
  platform: "node",
  outDir: process.env.GANTRY_DIST ?? "dist",
  outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
  deps: { alwaysBundle: [/^[^./]/], onlyBundle: false },
  hash: true,
  clean: false,
  report: false,
  logLevel: "error",
} satisfies UserConfig;

/** Of `dist`, where the names of files that `package.json` gives do not count. */
const manifest = { type: "commonjs", imports: { "#gantry": "./gantry.js" } };

type Emitting = { emitFile(file: { type: "asset"; fileName: string; source: string }): void };

/**
 * Says of the directory that its files are CommonJS, whatever the package is, and writes them in ASCII: V8 reads that
 * faster, and holds it in half the memory.
 */
const commonJs = {
  name: "common-js",
  renderChunk: (code: string) => withLateModules(code),
  generateBundle(this: Emitting, _: unknown, bundle: Record<string, { code?: string }>) {
    // Not before: what prints the code afterwards writes characters out again.
    for (const file of Object.values(bundle))
      if (file.code !== undefined) file.code = inAscii(withLatePart(file.code));
    this.emitFile({ type: "asset", fileName: "package.json", source: `${JSON.stringify(manifest)}\n` });
  },
};

function inAscii(code: string): string {
  return code.replace(/\P{ASCII}/gu, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** Has Node's larger modules loaded where something of them is first used: most commands want none of them. */
function withLateModules(code: string): string {
  // In parentheses, since `new name().Type` would be `(new name()).Type`.
  let late = code;
  for (const [line, name = "", module = ""] of code.matchAll(
    /^let (node_\w+) = require\("node:(.*)"\);$/gm,
  )) {
    if (!large.has(module) || code.includes(`\n${name} = `)) continue;
    late = late.replace(line, `const ${name} = () => require("node:${module}");`);
    late = late.replaceAll(new RegExp(`\\b${name}\\.`, "g"), `(${name}()).`);
  }
  return late;
}

/** Likewise the part of the bundle that hardly any build uses. Its imports are written after `renderChunk`. */
function withLatePart(code: string): string {
  const late = code
    .replace(/^const require_late = require\("(.*)"\);$/m, 'const require_late = () => require("$1");')
    .replace(/\brequire_late\./g, "(require_late()).");
  // The bundler may come to write imports otherwise.
  if (/^.*require\("\.\/late-/m.exec(late)?.[0].includes("=>") === false)
    throw new Error("what hardly any build uses would be loaded by all");
  return late;
}

const large = new Set([
  ...["child_process", "fs/promises", "http", "https", "net", "readline", "stream", "stream/promises"],
  ...["timers/promises", "tty", "zlib"],
]);

/** What every build loads, with all that it imports: one file of it is read in a third of the time that a hundred take. */
const startOfBuild = /\/src\/(cli\/runProcess|command\/build\/(build|session)|store\/outputs)\.ts$/;

/** What every build imports, and hardly any uses: a parser of HTML, whose tables take 6 ms and 6 MB when it is loaded. */
const seldom = /\/node_modules\/htmlparser2\//;

/** What a build loads besides, once a step has to run. */
const startOfStep = /\/src\/(engine\/step\/(buildStep|jobserver)|store\/lastSources)\.ts$/;

/** The declarations take longer than all the rest, and change seldom: `scripts/setup` asks for them. */
export default defineConfig([
  {
    ...common,
    entry: { cli: "src/cli/main.ts", ...(existsSync("src/gantry.ts") && { gantry: "src/gantry.ts" }) },
    dts: false,
    plugins: [commonJs],
    outputOptions: {
      comments: false,
      codeSplitting: {
        groups: [
          { name: "late", test: seldom, priority: 2 },
          { name: "build", test: startOfBuild, priority: 1 },
          { name: "step", test: startOfStep },
        ],
      },
    },
  },
  // Threads begin with these files. Each is bundled alone: what two share would lie in a file that loads one of them.
  ...[
    { writeCrate: "src/command/vendor/writeCrate.ts" },
    { digestRange: "src/tree/digestRange.ts" },
    { writeTree: "src/store/writeTree.ts" },
  ].map((entry) => ({
    ...common,
    entry,
    dts: false as const,
    plugins: [commonJs],
    outputOptions: { comments: false },
  })),
  ...(process.env.GANTRY_TYPES
    ? [{ ...common, format: "esm" as const, entry: { gantry: "src/gantry.ts" }, dts: { emitDtsOnly: true } }]
    : []),
]);
