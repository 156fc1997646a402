import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dummySource } from "../../../src/cargo/dummy/dummySource.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { changed } from "./changed.ts";
import type { Edit } from "./edit.ts";
import { inputOf, readTree } from "./readSource.ts";
import { unchanged } from "./unchanged.ts";

const golden = join(import.meta.dirname, "../../golden/dummy");

describe("the dummy stays the same, to the byte, after an edit of", () => {
  test.for(unchanged)("$what ($of)", (edit) => {
    expect(dummyOf(edited(edit))).toEqual(dummyOf(original(edit)));
  });
});

describe("the dummy changes with", () => {
  test.for(changed)("$what ($of)", (edit) => {
    expect(dummyOf(edited(edit))).not.toEqual(dummyOf(original(edit)));
  });
});

test("the order in which files are listed does not matter", () => {
  for (const name of ["workspace-inheritance", "explicit-targets", "same-name"]) {
    const tree = readTree(join(golden, name, "input"));
    expect(dummyOf(new Map([...tree].reverse()))).toEqual(dummyOf(tree));
  }
});

function original({ of }: Edit): Map<string, string> {
  return readTree(join(golden, of, "input"));
}

function edited(edit: Edit): Map<string, string> {
  const tree = original(edit);
  for (const [path, change] of Object.entries(edit.files)) {
    if (change === null) expect(tree.delete(path)).toBe(true);
    else if (typeof change === "string") tree.set(path, change);
    else {
      const [find, put] = change;
      expect(tree.get(path)).toContain(find);
      tree.set(path, tree.get(path)?.replace(find, put) ?? "");
    }
  }
  return tree;
}

/** Path and text of every file, in the dummy's order. */
function dummyOf(tree: ReadonlyMap<string, string>): [string, string][] {
  return [...valueOfResult(dummySource(inputOf(tree)))];
}
