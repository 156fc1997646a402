import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

const library = (name: string, types: string) =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[lib]\ncrate-type = [${types}]\n`;

test("libraries of the workspace are installed, those of a path dependency that is no member are not", async () => {
  using project = tempProject({
    "Cargo.toml": `${library("app", '"dylib"')}
[workspace]
members = ["member"]
exclude = ["outside"]

[dependencies]
member = { path = "member" }
outside = { path = "outside" }
`,
    "src/lib.rs": "pub fn app() {\n    member::f();\n    outside::f();\n}\n",
    "member/Cargo.toml": library("member", '"cdylib", "rlib"'),
    "member/src/lib.rs": "pub fn f() {}\n",
    "outside/Cargo.toml": library("outside", '"cdylib", "rlib"'),
    "outside/src/lib.rs": "pub fn f() {}\n",
  });
  project.lock();
  const { status, err } = await project.gantry(["build", "-q"]);
  expect([status, err]).toEqual([0, ""]);
  expect(readdirSync(`${project.root}/result/lib`)).toEqual(["libapp.so", "libmember.so"]);
});
