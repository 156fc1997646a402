import { afterAll, beforeAll, expect, test } from "vitest";
import { isOnPath } from "../../src/tree/files.ts";
import { notCovered } from "../rig/notCovered.ts";
import { tempProject } from "../rig/tempProject.ts";

const project = tempProject(
  {
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": 'mod adder;\n\nfn main() {\n    println!("{}", adder::add(1, 2));\n}\n',
    "src/adder.rs": "pub fn add(a: i32, b: i32) -> i32 {\n    let sum = a + b; // of both\n    sum\n}\n",
  },
  { directory: "it's a project" },
);
afterAll(() => project[Symbol.dispose]());

beforeAll(async () => {
  project.lock();
  const built = await project.gantry(["build", "--profile", "dev"]);
  if (built.status !== 0) throw new Error(built.err);
});

test.each([
  ["gdb", ["-nx", "-batch", "-ex", "break adder.rs:2", "-ex", "run", "-ex", "list", "-ex", "bt"]],
  ["rust-gdb", ["-nx", "-batch", "-ex", "break app::adder::add", "-ex", "run", "-ex", "list", "-ex", "bt"]],
  ["lldb", ["-x", "--batch", "-o", "b adder.rs:2", "-o", "run", "-o", "bt"]],
] as const)("%s stops where it is told by the project's files, and shows them", async (name, words) => {
  const started = name.replace("rust-", "");
  if (!isOnPath(started, process.env)) return notCovered(name, `${started} (apt install ${started})`);
  const line = [name, ...words].map((word) => `'${word}'`).join(" ");
  const shell = ["--store", project.store, "develop", "-c", "sh", "-c"];
  const ran = await project.gantry([...shell, `${line} ./result/bin/app`]);
  expect(ran.out).toMatch(/^.*\b2\b.*let sum = a \+ b; \/\/ of both$/m);
  expect(ran.out).toMatch(/#1\b.*app::main.* at .*main\.rs:4/);
});
