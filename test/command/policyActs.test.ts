import { afterAll, expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const script = (more: string) => ({
  "src/lib.rs": "pub fn actor() {}\n",
  "build.rs": `use std::{env, fs, net::TcpStream, process::Command};
fn main() {
    let home = env::var("HOME").unwrap();
    let _ = fs::read(format!("{home}/.ssh/id_ed25519"));
    let _ = Command::new("cat").arg("/etc/passwd").output();
    let _ = Command::new("git").arg("log").output();
    let _ = TcpStream::connect("127.0.0.1:9");
    fs::write(format!("{}/a", env::var("OUT_DIR").unwrap()), "").unwrap();
    ${more}
}
`,
});
const actor = publishedCrate("actor", "", script(""));
const next = publishedCrate(
  "actor",
  "",
  script('let _ = fs::write(format!("{home}/.bashrc"), "");'),
  "1.1.0",
);
const shape = publishedCrate("shape", "[lib]\nproc-macro = true\n", {
  "src/lib.rs":
    'extern crate proc_macro;\n#[proc_macro]\npub fn shape(input: proc_macro::TokenStream) -> proc_macro::TokenStream { let _ = std::process::Command::new("hostname").output(); input }\n',
});

const policy = ", checks: { scripts: crane.scriptPolicy({ src }) }";
const project = tempProject(
  {
    "Cargo.toml":
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nactor = "1.0"\nshape = "1"\n',
    "src/main.rs": "shape::shape! { fn main() { actor::actor() } }\n",
    "gantry.config.ts": `
import { defineProject } from "gantry";
export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  return { packages: { default: crane.buildPackage({ src, doCheck: false }) } };
});
`,
  },
  { crates: [actor, shape, next] },
);
project.lock();
const toVersion = (from: typeof actor, to: typeof actor) => {
  const lock = project.read("Cargo.lock").replace(from.checksum, to.checksum);
  project.write(
    "Cargo.lock",
    lock.replace(`"actor"\nversion = "${from.version}"`, `"actor"\nversion = "${to.version}"`),
  );
};
toVersion(next, actor);
afterAll(() => project[Symbol.dispose]());

const gantry = async (...words: string[]) => {
  const { status, out, err } = await project.gantry([...words, "--offline", "--color", "never"]);
  return { status, out: project.shown(out), err: project.shown(err).replace(/trees\/\S+/g, "trees/<tree>") };
};

test("what ran before there was a policy was not observed, and a policy has nothing run again", async () => {
  expect((await gantry("build")).status).toBe(0);
  project.edit("gantry.config.ts", " } };\n", ` }${policy} };\n`);
  await gantry("policy", "--accept", "--all");
  const { err } = await gantry("build");
  expect(err).not.toMatch(/Compiling|script-acted/);
  expect((await gantry("policy")).out.match(/not observed here yet/g)).toHaveLength(2);
});

test("what an entered script did, and the ledger does not have, is a warning of the build, and fails the check", async () => {
  const { status, err } = await gantry("build", "--rebuild");
  expect(status, err).toBe(0);
  const said = [
    "[script-acted]: the code of 2 crates did what `script-policy.toml` does not have",
    "  = note: `actor@1.0.0`: build script: it opens connections, reads /etc/passwd, reads ~/.ssh, runs cat, runs git",
    "  = note: `shape@1.0.0`: macro: it runs hostname",
    "  = note: it was seen in the sandbox, where it has neither the network nor your files; what was built is kept",
    "  = help: look at it: <store>/trees/<tree>",
    "  = help: enter what you have looked at: gantry policy --accept --all",
  ].join("\n");
  expect(err).toContain(`warning${said}`);
  const check = await gantry("check", "scripts", "-q");
  expect(check).toMatchObject({ status: 1, err: expect.stringContaining(`error${said}`) });
  const listed = await gantry("policy", "actor");
  expect(listed.status).toBe(1);
  expect(listed.out.split("\n").slice(1)).toEqual([
    "         ran: cat, git; read: /etc/passwd, ~/.ssh; wrote: nothing outside `OUT_DIR`; opened connections",
    "         not entered: opens connections, reads /etc/passwd, reads ~/.ssh, runs cat, runs git",
    "",
  ]);
});

test("once it is entered the check passes, and a new version may do the same, and no more", async () => {
  expect((await gantry("policy", "--accept", "--all")).out).toBe(
    "entered actor@1.0.0 in script-policy.toml\nentered shape@1.0.0 in script-policy.toml\n",
  );
  const observed = ["opens connections", "reads /etc/passwd", "reads ~/.ssh", "runs cat", "runs git"];
  expect(project.read("script-policy.toml")).toContain(
    `observed = ${JSON.stringify(observed).replaceAll(",", ", ")}\n`,
  );
  expect((await gantry("check", "-q")).status).toBe(0);
  toVersion(actor, next);
  await gantry("policy", "--accept", "actor@1.1.0");
  const { err } = await gantry("build", "-q");
  expect(err).toContain("note: `actor@1.1.0`: build script: it writes ~/.bashrc\n");
  expect((await gantry("policy", "shape")).status).toBe(0);
});
