import { existsSync } from "node:fs";
import { defineConfig, type UserConfig } from "tsdown";

/**
 * `dist/cli.js` is what `./gantry` starts, `dist/gantry.js` what a `gantry.config.ts` imports, `dist/gantry.d.ts` what
 * editors are told of that. Dependencies are bundled: starting reads few files, and the bundle works without
 * `node_modules`. All files lie flat in one directory, so that code finds its neighbours by `import.meta.dirname`.
 * `GANTRY_DIST` is where to write.
 */
const common = {
  format: "esm",
  target: "node24",
  platform: "node",
  outDir: process.env.GANTRY_DIST ?? "dist",
  outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
  deps: { alwaysBundle: [/^[^./]/], onlyBundle: false },
  hash: true,
  clean: false,
  report: false,
  logLevel: "warn",
} satisfies UserConfig;

/** The declarations take longer than all the rest, and change seldom: `scripts/setup` asks for them. */
export default defineConfig([
  {
    ...common,
    entry: { cli: "src/cli/main.ts", ...(existsSync("src/gantry.ts") && { gantry: "src/gantry.ts" }) },
    dts: false,
  },
  ...(process.env.GANTRY_TYPES
    ? [{ ...common, entry: { gantry: "src/gantry.ts" }, dts: { emitDtsOnly: true } }]
    : []),
]);
