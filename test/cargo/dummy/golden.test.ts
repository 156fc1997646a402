import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { dummySource } from "../../../src/cargo/dummy/dummySource.ts";
import { inputOf, readTree } from "./readSource.ts";

const golden = join(import.meta.dirname, "../../golden/dummy");

test.for(readdirSync(golden))("the dummy of golden/dummy/%s/input is its `expected`", (name) => {
  const dummy = dummySource(inputOf(readTree(join(golden, name, "input"))));
  if (!dummy.ok) throw new Error(JSON.stringify(dummy.error, undefined, 2));
  const expected = join(golden, name, "expected");
  // After a deliberate change: UPDATE_GOLDEN=1, then read the difference.
  if (process.env.UPDATE_GOLDEN) writeTree(expected, dummy.value);
  expect(Object.fromEntries(dummy.value)).toEqual(Object.fromEntries(readTree(expected)));
});

function writeTree(directory: string, files: ReadonlyMap<string, string>): void {
  rmSync(directory, { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}
