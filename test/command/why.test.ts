import { afterAll, beforeAll, expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

const manifest = (name: string, more = "") =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`;

/** `both` is compiled twice: for the build script of `app` with a feature, and for its programs without. */
const project = tempProject({
  "Cargo.toml": '[workspace]\nmembers = ["app", "both"]\nresolver = "2"\n',
  "both/Cargo.toml": manifest("both", "[features]\nloud = []\n"),
  "both/src/lib.rs": "pub fn both() {}\n",
  "app/Cargo.toml": manifest(
    "app",
    '[dependencies]\nboth = { path = "../both" }\n' +
      '[build-dependencies]\nboth = { path = "../both", features = ["loud"] }\n' +
      "[features]\nshout = []\n",
  ),
  "app/build.rs":
    'fn main() {\n    both::both();\n    println!("cargo::rerun-if-changed=text");\n    std::fs::read("text").unwrap();\n}\n',
  "app/text": "",
  "app/src/lib.rs": "pub fn app() {\n    both::both();\n}\n",
  "app/src/bin/one.rs": "fn main() {\n    app::app();\n}\n",
  "app/src/bin/two.rs": "fn main() {\n    app::app();\n}\n",
});
beforeAll(() => project.lock());
afterAll(() => project[Symbol.dispose]());

/** What `gantry why` says of a build, without the step of the dependencies. */
async function why(...args: readonly string[]): Promise<string[]> {
  await project.gantry(["build", ...args]);
  const { out } = await project.gantry(["why"]);
  return out.split("\n").filter((line) => line !== "" && !line.includes("-deps`"));
}

test("units that are called the same are told apart", async () => {
  await why();
  project.edit("both/src/lib.rs", "{}", "{ let _ = 1; }");
  expect(await why()).toEqual([
    "`project` ran: `both/src/lib.rs` changed",
    "  `both 0.1.0` (lib, with `opt_level` 0) compiled: `both/src/lib.rs` changed",
    "  `app 0.1.0` (build script) compiled: its dependency `both 0.1` was compiled",
    "  `app 0.1.0` (build script) ran: the build script of `app 0.1` was compiled",
    "  `both 0.1.0` (lib, with `opt_level` 3) compiled: `both/src/lib.rs` changed",
    "  `app 0.1.0` (lib) compiled: the build script of `app 0.1` was run",
    "  `app 0.1.0` (bin, `one`) compiled: its dependency `app 0.1` was compiled",
    "  `app 0.1.0` (bin, `two`) compiled: its dependency `app 0.1` was compiled",
  ]);
});

test("`--rebuild` is the reason of all that only it runs", async () => {
  const lines = await why("--rebuild");
  expect(lines).toHaveLength(8);
  expect(lines.filter((line) => !line.endsWith(": `--rebuild` was asked for"))).toEqual([]);
});

test("what failed, and what was not reached", async () => {
  project.edit("app/src/lib.rs", "both::both();", "both::nothing();");
  expect(await why()).toEqual([
    "`project` ran, and failed: `app/src/lib.rs` changed",
    "  `app 0.1.0` (lib) did not compile: `app/src/lib.rs` changed",
    "  not finished: `app 0.1.0` (bin, `one`), `app 0.1.0` (bin, `two`)",
  ]);
});

test("a build script that failed", async () => {
  project.edit("app/src/lib.rs", "both::nothing();", "both::both();");
  project.edit("app/build.rs", '"text").', '"none").');
  expect(await why()).toEqual([
    "`project` ran, and failed: `app/build.rs` changed",
    "  `app 0.1.0` (build script) compiled: `app/build.rs` changed",
    "  `app 0.1.0` (build script) ran, and failed: the build script of `app 0.1` was compiled",
    "  not finished: `app 0.1.0` (lib), `app 0.1.0` (bin, `one`), `app 0.1.0` (bin, `two`)",
  ]);
});

test("a build script that failed and had printed very much, of which Cargo tells behind the failure", async () => {
  const script = project.read("app/build.rs");
  project.edit(
    "app/build.rs",
    "std::fs::read",
    'for line in 0..10_000 {\n        println!("line {line}");\n    }\n    std::fs::read',
  );
  expect(await why()).toContain(
    "  `app 0.1.0` (build script) ran, and failed: the build script of `app 0.1` was compiled",
  );
  project.write("app/build.rs", script);
});

test("all that changed, with `-v`", async () => {
  project.edit("app/build.rs", '"none").', '"text").');
  project.edit("app/src/bin/one.rs", "app::app();", "app::app(); // edited");
  project.edit("app/src/bin/two.rs", "app::app();", "app::app(); // edited");
  const units = [
    "  `app 0.1.0` (bin, `one`) compiled: `app/src/bin/one.rs` changed",
    "  `app 0.1.0` (bin, `two`) compiled: `app/src/bin/two.rs` changed",
  ];
  expect(await why()).toEqual(["`project` ran: `app/src/bin/one.rs` changed, and 1 more", ...units]);
  const { out } = await project.gantry(["why", "-v", "project"]);
  expect(out.trimEnd().split("\n")).toEqual([
    "`project` ran: `app/src/bin/one.rs` changed",
    "  and: `app/src/bin/two.rs` changed",
    ...units,
  ]);
});

test("a name that there is not is an error, a package that was not compiled is none", async () => {
  expect(await project.gantry(["why", "bot"])).toMatchObject({
    status: 2,
    out: "",
    err:
      "error[why-unknown]: the last build had no step, package or check `bot`\n" +
      "  = note: its steps are `project-deps`, `project`\n" +
      "  = note: it compiled `app`\n" +
      "  = help: did you mean `both`?\n",
  });
  expect(await project.gantry(["why", "both"])).toMatchObject({
    status: 0,
    out: "`both` was not compiled: nothing that it is made from changed\n",
  });
});

test("a check by its name, with its dependency layer", async () => {
  project.write("Cargo.toml", `${project.read("Cargo.toml")}# edited\n`);
  project.edit("both/src/lib.rs", "both()", "both( )");
  expect((await project.gantry(["check", "fmt"])).status).toBe(1);
  expect(await project.gantry(["why", "fmt"])).toMatchObject({
    out: "`project-fmt` ran, and failed: it was not built here before\n",
  });
  project.edit("both/src/lib.rs", "both( )", "both()");
  expect((await project.gantry(["check", "clippy"])).status).toBe(0);
  expect((await project.gantry(["why", "clippy"])).out.split("\n")[0]).toBe(
    "`project-clippy-deps` ran: it was not built here before",
  );
  expect(await project.gantry(["why", "fmt"])).toMatchObject({
    status: 2,
    err:
      "error[why-unknown]: the last build was not asked for `fmt`\n" +
      "  = note: its steps are `project-clippy-deps`, `project-clippy`\n" +
      "  = help: what it printed when it ran last: gantry log fmt\n",
  });
});

test("arguments, and units that were built in another way", async () => {
  expect(await why("--profile", "dev")).toEqual([
    "`project` ran: its commands changed: `--profile release` became `--profile dev`",
    "  `both 0.1.0` (lib, with feature `loud`) compiled: `debug_assertions` of its profile changed from false to true",
    "  `app 0.1.0` (build script) compiled: `debug_assertions` of its profile changed from false to true",
    "  `app 0.1.0` (build script) ran: it was not built here before, only with `opt_level` 3",
    "  `both 0.1.0` (lib, without feature `loud`) compiled: it was not built here before, only with `opt_level` 3",
    "  `app 0.1.0` (lib) compiled: it was not built here before, only with `opt_level` 3",
    "  `app 0.1.0` (bin, `one`) compiled: it was not built here before, only with `opt_level` 3",
    "  `app 0.1.0` (bin, `two`) compiled: it was not built here before, only with `opt_level` 3",
  ]);
});

test("many units of one reason have one line, and with `-v` one each", async () => {
  const names = [..."abcdefghijk"];
  for (const name of names) project.write(`app/src/bin/${name}.rs`, "fn main() {}\n");
  const isNew = (line: string): boolean => line.includes("it was not built here before");
  expect((await why("--profile", "dev")).filter(isNew)).toEqual([
    "  11 units compiled: it was not built here before (which: gantry why -v)",
  ]);
  const { out } = await project.gantry(["why", "-v"]);
  expect(out.split("\n").filter(isNew)).toHaveLength(names.length);
});
