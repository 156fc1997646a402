import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { failureOf } from "./failureOf.ts";
import { smallProject } from "./smallProject.ts";

const shared = smallProject();
afterAll(() => shared[Symbol.dispose]());

test("no `Cargo.toml`", async () => {
  using project = smallProject({}, shared.store);
  rmSync(join(project.root, "Cargo.toml"));
  expect(await failureOf(project)).toBe(`2
error[manifest-missing]: could not find \`Cargo.toml\`
  = note: location searched: <project> and the directories above it
  = help: run the command in a Cargo project, or name one: gantry -C DIR …
`);
});

test("no `Cargo.lock`", async () => {
  using project = smallProject({}, shared.store);
  rmSync(join(project.root, "Cargo.lock"));
  expect(await failureOf(project)).toBe(`1
error[lock-missing]: could not find \`Cargo.lock\`
  = note: location searched: <project>
  = note: the lock is all that pins dependencies, so nothing is built without it
  = help: cargo generate-lockfile
`);
});

test("a directory that is not there", async () => {
  using project = smallProject({}, shared.store);
  expect(await failureOf(project, ["build", "-C", "nowhere"])).toBe(`2
error[no-directory]: \`<project>/nowhere\` is not a directory
  = help: name one that exists after \`-C\`
`);
});

test("a directory that was removed meanwhile", async () => {
  using project = smallProject({}, shared.store);
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
  expect(await failureOf(project, ["build"], { through: ["sh", "-c", script, "sh"] })).toBe(`2
error[no-directory]: \`<project>/gone (deleted)\` is not a directory
  = help: name one that exists after \`-C\`
`);
});

test("a lock from the future", async () => {
  using project = smallProject({}, shared.store);
  project.edit("Cargo.lock", "version = 4", "version = 5");
  expect(await failureOf(project)).toBe(`1
error[lock-version]: \`Cargo.lock\` has version 5, which was written by a newer Cargo
  --> Cargo.lock:1:11
   |
 1 | version = 5
   |           ^ versions up to 4 are understood
   = help: update Gantry, or write the lock with the project's own toolchain: cargo update --workspace
`);
});

test("a lock that is no TOML", async () => {
  using project = smallProject({}, shared.store);
  project.edit("Cargo.lock", "version = 4", "version =");
  expect(await failureOf(project)).toBe(`1
error[toml-syntax]: \`Cargo.lock\` is not valid TOML: invalid value
  --> Cargo.lock:1:10
   |
 1 | version =
   |          ^ invalid value
`);
});

test("a lock in the middle of a merge", async () => {
  using project = smallProject({}, shared.store);
  project.edit("Cargo.lock", "version = 4", "<<<<<<< HEAD\nversion = 4");
  expect(await failureOf(project)).toBe(`1
error[toml-syntax]: \`Cargo.lock\` is not valid TOML: illegal character in key
  --> Cargo.lock:1:1
   |
 1 | <<<<<<< HEAD
   | ^ illegal character in key
   = help: resolve the merge conflict: git status
`);
});

test("a manifest that is no TOML", async () => {
  using project = smallProject({}, shared.store);
  project.edit("Cargo.toml", 'leaf = "1"', "leaf =");
  expect(await failureOf(project)).toBe(`1
error[toml-syntax]: \`Cargo.toml\` is not valid TOML: invalid value
  --> Cargo.toml:7:7
   |
 7 | leaf =
   |       ^ invalid value
`);
});

test("a manifest with a value of the wrong type", async () => {
  using project = smallProject({}, shared.store);
  project.edit("Cargo.toml", 'name = "app"', "name = 3");
  expect(await failureOf(project)).toBe(`1
error[manifest-invalid]: \`package.name\` must be a string, found an integer
  --> Cargo.toml:2:8
   |
 2 | name = 3
   |        ^ expected a string
`);
});

test("a malformed `.cargo/config.toml`", async () => {
  using project = smallProject({ ".cargo/config.toml": '[build]\nrustflags = "-C" "opt"\n' }, shared.store);
  expect(await failureOf(project)).toBe(`1
error[toml-syntax]: \`.cargo/config.toml\` is not valid TOML: each key-value declaration must be followed by an end-of-line
  --> .cargo/config.toml:2:18
   |
 2 | rustflags = "-C" "opt"
   |                  ^ each key-value declaration must be followed by an end-of-line
`);
});

test("a malformed `rust-toolchain.toml`", async () => {
  using project = smallProject({ "rust-toolchain.toml": "[toolchain]\nchannel = 3\n" }, shared.store);
  expect(await failureOf(project)).toBe(`1
error[toolchain-invalid]: \`toolchain.channel\` must be a string, found an integer
  --> rust-toolchain.toml:2:11
   |
 2 | channel = 3
   |           ^ expected a string
`);
});

test("a toolchain that is not installed", async () => {
  using project = smallProject({ "rust-toolchain.toml": '[toolchain]\nchannel = "1.31.0"\n' }, shared.store);
  const said = await failureOf(project);
  expect(said.replace(/installed: .*/, "installed: …")).toBe(`1
error[toolchain-missing]: toolchain \`1.31.0\` is not installed
  --> rust-toolchain.toml:2:11
   |
 2 | channel = "1.31.0"
   |           ^^^^^^^^
   = note: installed: …
   = help: run the same command again
   = help: rustup toolchain install 1.31.0

Caused by:
  cannot download \`http://127.0.0.1:10/dist/channel-rust-1.31.0.toml\`

Caused by:
  connect ECONNREFUSED 127.0.0.1:10
`);
});
