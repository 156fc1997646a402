import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { vendorConfig } from "../../../src/fetch/vendor/vendorConfig.ts";
import { cratesIoSource } from "./rig.ts";

test("crates.io is replaced by its name, as `cargo vendor` prints it", () => {
  expect(vendorConfig([cratesIoSource, cratesIoSource], "/build/vendor")).toBe(
    `[source.crates-io]
replace-with = "vendored-sources"

[source.vendored-sources]
directory = "/build/vendor"
`,
  );
});

test("each other registry has a directory source of its own", () => {
  const [git, sparse] = [
    "registry+https://git.example.org/index",
    "sparse+https://crates.example.org/index/",
  ];
  const [gitDirectory, sparseDirectory] = [
    `git.example.org-${digestOf(git).slice(0, 8)}`,
    `crates.example.org-${digestOf(sparse).slice(0, 8)}`,
  ];
  expect(vendorConfig([git, cratesIoSource, sparse], "/build/vendor")).toBe(
    `[source."registry+https://git.example.org/index"]
registry = "https://git.example.org/index"
replace-with = "vendored-${gitDirectory}"

[source.crates-io]
replace-with = "vendored-sources"

[source."sparse+https://crates.example.org/index/"]
registry = "sparse+https://crates.example.org/index/"
replace-with = "vendored-${sparseDirectory}"

[source."vendored-${gitDirectory}"]
directory = "/build/vendor/${gitDirectory}"

[source.vendored-sources]
directory = "/build/vendor"

[source."vendored-${sparseDirectory}"]
directory = "/build/vendor/${sparseDirectory}"
`,
  );
});

test("no sources, no configuration", () => {
  expect(vendorConfig([], "/build/vendor")).toBe("");
});
