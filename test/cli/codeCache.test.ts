import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

test("what V8 made of a file is kept once, and made again where it is damaged", () => {
  const bundle = mkdtempSync(join(tmpdir(), "gantry-bundle-"));
  onTestFinished(() => rmSync(bundle, { recursive: true }));
  const kept = join(bundle, "compile-cache/part.js.code");
  writeFileSync(
    join(bundle, "part.js"),
    "function twice(n) { return 2 * n; }\nmodule.exports = { twice, place: __dirname };\n",
  );
  const first = run(bundle);
  expect(first).toBe(`42 ${bundle}\n`);
  const code = readFileSync(kept);
  expect(run(bundle)).toBe(first);
  expect(readFileSync(kept)).toEqual(code);

  for (const damage of [
    () => truncateSync(kept, code.length >> 1),
    () => flipByte(kept),
    () => truncateSync(kept, 0),
  ]) {
    damage();
    expect(run(bundle)).toBe(first);
    expect(readFileSync(kept).length).toBe(code.length);
  }
});

test("a command that keeps nothing leaves nothing", () => {
  const bundle = mkdtempSync(join(tmpdir(), "gantry-bundle-"));
  onTestFinished(() => rmSync(bundle, { recursive: true }));
  writeFileSync(join(bundle, "part.js"), "module.exports = { twice: (n) => 2 * n, place: __dirname };\n");
  expect(run(bundle, false)).toBe(`42 ${bundle}\n`);
  expect(() => readFileSync(join(bundle, "compile-cache/part.js.code"))).toThrow("ENOENT");
});

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

function run(bundle: string, keeps = true): string {
  const cache = JSON.stringify(join(import.meta.dirname, "../../src/cli/codeCache.ts"));
  const script = `
    import { createRequire } from "node:module";
    import { cacheCode } from ${cache};
    cacheCode(${JSON.stringify(bundle)}, ${keeps});
    const { twice, place } = createRequire(import.meta.url)(${JSON.stringify(join(bundle, "part.js"))});
    console.log(twice(21), place);
  `;
  return execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
}
