import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { configuredEntries } from "../../../src/engine/inputs/reducedSource.ts";
import type { TreeFile } from "../../../src/store/treeDigest.ts";

const file = (path: string): TreeFile => ({ path, type: "file", digest: digestOf(""), executable: false });
const link = (path: string, target: string): TreeFile => ({ path, type: "symlink", target });

const files = [
  file("Cargo.toml"),
  link("around", "around/more"),
  file("conf/a.txt"),
  link("conf/b.txt", "../shared/b.txt"),
  file("other.txt"),
  file("scripts/tools/ld.sh"),
  file("scripts/tools/wrap.sh"),
  file("shared/b.txt"),
  link("tools", "scripts/latest"),
  link("scripts/latest", "/build/source/scripts/tools"),
];

function entries(text: string): string[] {
  const configs = [{ file: ".cargo/config.toml", text }];
  return [...configuredEntries(files, { configs, workspaces: ["."], textOf: () => "" })].sort();
}

test("all of a directory, with what links in it lead to", () => {
  expect(entries('env.CONF = { value = "conf", relative = true }')).toEqual([
    "conf/a.txt",
    "conf/b.txt",
    "shared/b.txt",
  ]);
});

test("the links on the way to a file", () => {
  expect(entries('build.rustc-wrapper = "tools/wrap.sh"\nbuild.rustc = "tools/ld.sh"\n')).toEqual([
    "scripts/latest",
    "scripts/tools/ld.sh",
    "scripts/tools/wrap.sh",
    "tools",
  ]);
});

test("a manifest that is named itself; no link that leads in a circle", () => {
  expect(entries('env.A = { value = "Cargo.toml", relative = true }')).toEqual(["Cargo.toml"]);
  expect(entries('env.A = { value = "around/x", relative = true }')).toEqual([]);
});

test("nothing where nothing is named", () => {
  expect(entries('build.rustflags = ["-Cdebuginfo=1"]')).toEqual([]);
});
