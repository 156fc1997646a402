import { expect, test } from "vitest";
import { bumpedVersion } from "../../bench/bumpedVersion.ts";

test("the package's own version changes, and no dependency's", () => {
  expect(
    bumpedVersion(
      `[package]
name = "rg"
version = "15.2.0"  #:version
keywords = [
  "grep",
]

[dependencies.serde]
version = "1.0.0"
`,
      1007,
    ),
  ).toBe(`[package]
name = "rg"
version = "15.2.1007"  #:version
keywords = [
  "grep",
]

[dependencies.serde]
version = "1.0.0"
`);
});

test("a workspace has one for its packages", () => {
  const manifest = (version: string) => `[workspace]
members = ["app"]

[workspace.package]
version = "${version}"

[workspace.dependencies]
clap = { version = "4.5.1" }
`;

  expect(bumpedVersion(manifest("0.1.0"), 3)).toBe(manifest("0.1.3"));
});

test("a manifest whose version stands elsewhere is an error", () => {
  expect(() =>
    bumpedVersion('[package]\nversion.workspace = true\n\n[dependencies.a]\nversion = "1.0.0"\n', 1),
  ).toThrow("the manifest has no version to bump");
});
