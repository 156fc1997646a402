import { expect, test } from "vitest";
import { parseManifest } from "../../src/cargo/manifest/parseManifest.ts";
import { requestedFeatures } from "../../src/cargo/manifest/requestedFeatures.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

const syn = {
  package: "syn",
  externCrateName: "syn",
  features: { default: ["derive"], derive: [], full: ["parsing", "dep:quote", "quote/std"], parsing: [] },
};

/** What a package asks of `syn`, whose `[dependencies]` and other tables are given. */
function asked(
  tables: string,
  features: readonly string[] = [],
  kind: "normal" | "dev" | "build" = "normal",
) {
  const manifest = valueOfResult(parseManifest("Cargo.toml", `[package]\nname = "app"\n\n${tables}`));
  return [...requestedFeatures({ manifest, features, kinds: [kind] }, syn)].sort();
}

test.each<[string, string, string[], string[]]>([
  ["a version alone asks for `default`", '[dependencies]\nsyn = "2"', [], ["default", "derive"]],
  [
    "features, with what they imply in the package itself",
    '[dependencies]\nsyn = { version = "2", default-features = false, features = ["full"] }',
    [],
    ["full", "parsing"],
  ],
  [
    "a feature that is on names more",
    '[dependencies]\nsyn = { version = "2", default-features = false, optional = true }\n[features]\nwhole = ["syn/full"]\nweak = ["syn?/derive"]\noff = ["syn/other"]',
    ["weak", "whole"],
    ["derive", "full", "parsing"],
  ],
  [
    "a feature that no table has may be called as every JavaScript object's properties are",
    '[dependencies]\nsyn = { version = "2", default-features = false, features = ["constructor"] }',
    ["toString"],
    ["constructor"],
  ],
  [
    "a renamed one goes by its name in the manifest",
    '[dependencies]\nsyn2 = { package = "syn", version = "2", default-features = false }\n[features]\na = ["syn2/a"]\nb = ["syn/b"]',
    ["a", "b"],
    ["a"],
  ],
  [
    "two versions are told apart by the names that the code uses",
    '[dependencies]\nsyn = { version = "2", features = ["two"] }\nsyn1 = { package = "syn", version = "1", features = ["one"] }',
    [],
    ["default", "derive", "two"],
  ],
  [
    "the sole entry is for some platform, which must be this one",
    '[target."cfg(unix)".dependencies]\nsyn = { version = "2", features = ["full"] }',
    [],
    ["default", "derive", "full", "parsing"],
  ],
  [
    "of several, those for some platforms may not count",
    '[dependencies]\nsyn = "2"\n[target."cfg(windows)".dependencies]\nsyn = { version = "2", features = ["full"] }',
    [],
    ["default", "derive"],
  ],
])("%s", (_, tables, features, expected) => {
  expect(asked(tables, features)).toEqual(expected);
});

test("a library is not compiled with dev- and build-dependencies", () => {
  const tables = '[dev-dependencies]\nsyn = { version = "2", default-features = false, features = ["full"] }';
  expect([asked(tables), asked(tables, [], "dev"), asked(tables, [], "build")]).toEqual([
    [],
    ["full", "parsing"],
    [],
  ]);
});
