import { expect, test } from "vitest";
import { workspaceFiles } from "../../bench/workspace/workspaceFiles.ts";

test("twelve members, the application over all of them", () => {
  const files = workspaceFiles();

  const manifests = Object.keys(files).filter((path) => path.endsWith("/Cargo.toml"));
  expect(manifests).toHaveLength(12);
  expect(files["part03/Cargo.toml"]).toBe(`[package]
name = "part03"
version.workspace = true
edition.workspace = true

[dependencies]
base = { path = "../base" }
part02 = { path = "../part02" }
serde.workspace = true
serde_json.workspace = true
`);
  expect(files["app/src/lib.rs"]).toContain("part09::weight(),");
});
