import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dummySource } from "../../../src/cargo/dummy/dummySource.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { writeFiles } from "../../rig/writeFiles.ts";
import { inputOf, readTree } from "./readSource.ts";

const golden = join(import.meta.dirname, "../../golden/dummy");

test.for(readdirSync(golden))("the dummy of golden/dummy/%s/input is its `expected`", (name) => {
  const input = inputOf(readTree(join(golden, name, "input")));
  const dummy = Object.fromEntries(valueOfResult(dummySource(input)));
  const expected = join(golden, name, "expected");
  // After a deliberate change: UPDATE_GOLDEN=1, then read the difference.
  if (process.env.UPDATE_GOLDEN) {
    rmSync(expected, { recursive: true, force: true });
    writeFiles(expected, dummy);
  }
  expect(dummy).toEqual(Object.fromEntries(readTree(expected)));
});
