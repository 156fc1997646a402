import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isPlanningFile } from "../../../src/cargo/config/settings.ts";
import type { DummyInput } from "../../../src/cargo/dummy/dummyInput.ts";

/** All files below a directory, by path, in order. */
export function readTree(directory: string): Map<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(directory, path), "utf8")]));
}

/** The input for the dummy of a tree in memory. */
export function inputOf(tree: ReadonlyMap<string, string>): DummyInput {
  return {
    files: new Map([...tree].filter(([path]) => isPlanningFile(path))),
    paths: [...tree.keys()],
  };
}
