import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const leaf = publishedCrate("leaf", "", { "src/lib.rs": "pub fn leaf() {}\n" });
/** The next version of it comes with a script, as an attack would. */
const attack = publishedCrate(
  "leaf",
  "",
  {
    "src/lib.rs": "pub fn leaf() {}\n",
    "build.rs":
      'use std::net::TcpStream;\nfn main() { panic!("it ran: {:?}", TcpStream::connect("h:1").is_ok()) }\n',
  },
  "1.1.0",
);
const derive = publishedCrate("shape", "[lib]\nproc-macro = true\n", {
  "src/lib.rs":
    'extern crate proc_macro;\n#[proc_macro]\npub fn shape(input: proc_macro::TokenStream) -> proc_macro::TokenStream { let _ = std::env::var("SHAPE"); input }\n',
});

const project = tempProject(
  {
    "Cargo.toml":
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nleaf = "1"\nshape = "1"\n',
    "src/main.rs": "fn main() { leaf::leaf() }\n",
    "gantry.config.ts": `
import { defineProject } from "gantry";
export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  return {
    packages: { default: crane.buildPackage({ src, doCheck: false }) },
    checks: { fmt: crane.cargoFmt({ src }), scripts: crane.scriptPolicy({ src }) },
  };
});
`,
  },
  { crates: [leaf, derive, attack] },
);
project.lock();
afterAll(() => project[Symbol.dispose]());

const gantry = (...words: string[]) => project.gantry([...words, "--offline", "--color", "never"]);
const ledger = () => project.read("script-policy.toml");
const build = async () => {
  const { status, err } = await gantry("build", "-q");
  return {
    status,
    said: project
      .shown(err)
      .replace(/trees\/\S+/, "trees/<tree>")
      .trim(),
  };
};

test("nothing is built before what runs is entered, and to enter something one has to name it", async () => {
  expect(await build()).toEqual({
    status: 1,
    said: [
      "error[script-unaccepted]: 1 crate runs code while the project is compiled, and `script-policy.toml` does not have it",
      "  = note: `shape@1.0.0`: macro, new: it reads variables",
      "  = note: this command ran nothing of them",
      "  = help: look at it: <store>/trees/<tree>",
      "  = help: enter what you have looked at: gantry policy --accept shape@1.0.0",
    ].join("\n"),
  });
  const listed = await gantry("policy");
  expect(listed).toMatchObject({ status: 1, out: "new      shape@1.0.0: macro, new: it reads variables\n" });
  expect((await gantry("policy", "--accept")).err).toContain("`--accept` without a crate enters nothing");
  expect((await gantry("policy", "--all")).err).toContain("`--all` goes with `--accept`");
  expect((await gantry("policy", "--accept", "--all", "shape")).err).toContain("and some are named");
  expect((await gantry("policy", "--accept", "shap")).err).toContain("did you mean `shape`?");
  expect((await gantry("policy", "--accept", "leaf")).err).toContain(
    "no crate `leaf` of the lock has a build script or a macro",
  );
  expect(existsSync(join(project.root, "script-policy.toml"))).toBe(false);
  // What uses no crate is none of the policy's business.
  expect((await gantry("check", "fmt", "-q")).err).not.toContain("script-unaccepted");
});

test("what is entered is a table of its own, and the build goes on", async () => {
  const { out, status } = await gantry("policy", "--accept", "shape@1.0.0");
  expect({ out, status }).toEqual({ out: "entered shape@1.0.0 in script-policy.toml\n", status: 0 });
  const again = await gantry("policy", "--accept", "shape");
  expect([again.out, again.err]).toEqual(["", "note: `script-policy.toml` has `shape@1.0.0` already\n"]);
  expect(project.shown(ledger())).toBe(
    [
      "# Code of others that runs while this project is compiled, as somebody has looked at it. To be committed.",
      "# An entry is made by: gantry policy --accept NAME@VERSION",
      "version = 1",
      "",
      '[script."shape@1.0.0"]',
      'kind = "macro"',
      'checksum = "<digest>"',
      'code = "<digest>"',
      'shows = ["reads variables"]',
      "",
    ].join("\n"),
  );
  expect(ledger()).toContain(`checksum = "${derive.checksum}"`);
  const { status: built, err } = await gantry("build");
  expect(built, err).toBe(0);
  expect(err).toContain("Compiling shape v1.0.0");
  expect((await gantry("check", "scripts", "-q")).status).toBe(0);
});

test("a version that comes with a build script fails before it runs; to go back needs nothing", async () => {
  const lock = project.read("Cargo.lock");
  project.write(
    "Cargo.lock",
    lock
      .replace('name = "leaf"\nversion = "1.0.0"', 'name = "leaf"\nversion = "1.1.0"')
      .replace(leaf.checksum, attack.checksum),
  );
  const { status, said } = await build();
  expect(status).toBe(1);
  expect(said).toContain("  = note: `leaf@1.1.0`: build script, new: it opens connections\n");
  expect(said).not.toContain("it ran");
  const named = await gantry("check", "scripts", "-q");
  expect(named.err).toContain("error[script-unaccepted]");
  await gantry("policy", "--accept", "--all");
  expect((await build()).said).toContain("it ran: false");
  project.write("Cargo.lock", lock);
  expect((await build()).status).toBe(0);
});

test("a ledger that says something else of a crate, or nothing that can be read, is no ledger that has it", async () => {
  const good = ledger();
  project.write("script-policy.toml", good.replace(derive.checksum, leaf.checksum));
  expect((await build()).said).toContain(
    "`shape@1.0.0`: macro, the same code as was entered, in other files",
  );
  project.write("script-policy.toml", good.replace("version = 1", "version = 2"));
  expect((await build()).said).toContain("this Gantry reads ledgers of scripts of version 1");
  project.write("script-policy.toml", good.replace('kind = "macro"\n', ""));
  expect((await build()).said).toContain("error[script-ledger-invalid]");
  project.write("script-policy.toml", "<<<<<<< main\n");
  expect((await build()).said).toContain("resolve the merge conflict: git status");
  rmSync(join(project.root, "script-policy.toml"));
});

test("without a policy there is nothing to enter into", async () => {
  project.edit("gantry.config.ts", ", scripts: crane.scriptPolicy({ src })", "");
  const { status, err } = await gantry("policy");
  expect({ status, said: err.split("\n")[0] }).toEqual({
    status: 2,
    said: "error[policy-undeclared]: the project declares no `scriptPolicy`",
  });
});
