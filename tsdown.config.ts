import { existsSync } from "node:fs";
import { defineConfig } from "tsdown";

/**
 * `dist/cli.js` is what `./gantry` starts, `dist/gantry.js` what a `gantry.config.ts` imports. Dependencies
 * are bundled: starting reads few files, and the bundle works without `node_modules`. All files lie flat in one
 * directory, so that code finds its neighbours by `import.meta.dirname`. `GANTRY_DIST` is where to write.
 */
export default defineConfig({
  entry: { cli: "src/cli/main.ts", ...(existsSync("src/gantry.ts") && { gantry: "src/gantry.ts" }) },
  format: "esm",
  target: "node24",
  platform: "node",
  outDir: process.env.GANTRY_DIST ?? "dist",
  outExtensions: () => ({ js: ".js" }),
  deps: { alwaysBundle: [/^[^./]/], onlyBundle: false },
  hash: true,
  dts: false,
  clean: false,
  report: false,
  logLevel: "warn",
});
