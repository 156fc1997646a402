import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

const leaf = publishedCrate("leaf", "[features]\nmore = []\n", { "src/lib.rs": "pub fn leaf() {}\n" });
const added = publishedCrate("added");
const files = {
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleaf = "1"\n',
  "src/main.rs": "fn main() {\n    leaf::leaf();\n}\n",
};
const config = (body: string) => ({ ...files, "gantry.config.ts": body });
const seed = tempProject(files, { crates: [leaf, added] });
async function show(what: string, change: (project: TempProject) => void, args = ["build"], base: Record<string, string> = files, env = {}) {
  using project = tempProject(base, { crates: [leaf, added], store: seed.store });
  project.lock();
  change(project);
  const ran = await project.gantry(args, { env });
  console.log(`##### ${what}: ${ran.status}\n${project.shown(ran.out)}${project.shown(ran.err)}`);
}
const cfg = (what: string, body: string) => show(what, () => {}, ["build"], config(body));
test("x", async () => {
  await show("fine", () => {});
  await show("no manifest", (p) => rmSync(join(p.root, "Cargo.toml")));
  await show("no lock", (p) => rmSync(join(p.root, "Cargo.lock")));
  await show("stale lock", (p) => p.edit("Cargo.toml", 'leaf = "1"', 'leaf = "1"\nadded = "1"'));
  await show("stale lock 2", (p) => p.edit("Cargo.toml", 'leaf = "1"', 'leaf = "2"'));
  await show("stale lock 3", (p) => p.edit("Cargo.toml", "0.1.0", "0.2.0"));
  await show("lock 5", (p) => p.edit("Cargo.lock", "version = 4", "version = 5"));
  await show("lock malformed", (p) => p.edit("Cargo.lock", "version = 4", "version = "));
  await show("lock malformed2", (p) => p.edit("Cargo.lock", 'checksum = "', 'checksum = "zz'));
  await show("conflict", (p) => p.edit("Cargo.lock", 'version = 4', '<<<<<<< HEAD\nversion = 4'));
  await show("manifest malformed", (p) => p.edit("Cargo.toml", 'leaf = "1"', 'leaf = '));
  await show("manifest malformed2", (p) => p.edit("Cargo.toml", 'name = "app"', 'name = 3'));
  await show("manifest malformed3", (p) => p.edit("Cargo.toml", 'leaf = "1"', 'leaf = "one"'));
  await show("manifest feature", (p) => p.edit("Cargo.toml", 'leaf = "1"', 'leaf = { version = "1", features = ["mroe"] }'));
  await show("config malformed", (p) => p.write(".cargo/config.toml", '[build]\nrustflags = [\n'));
  await show("config wrong", (p) => p.write(".cargo/config.toml", '[build]\njobs = "many"\n'));
  await show("toolchain malformed", (p) => p.write("rust-toolchain.toml", '[toolchain]\nchannel = 3\n'));
  await show("toolchain syntax", (p) => p.write("rust-toolchain.toml", '[toolchain\n'));
  await show("toolchain absent", (p) => p.write("rust-toolchain.toml", '[toolchain]\nchannel = "1.31.0"\n'));
  await show("no main", (p) => rmSync(join(p.root, "src/main.rs")));
  await show("own error", (p) => p.write("src/main.rs", 'fn main() {\n    let x: u32 = "one";\n}\n'));
  await show("test fails", (p) => p.write("src/main.rs", 'fn main() {}\n\n#[test]\nfn adds() {\n    assert_eq!(1 + 1, 3);\n}\n'), ["check", "test"]);
  await show("unknown output", () => {}, ["build", "defualt"]);
  await show("unknown check", () => {}, ["check", "tset"]);
  await show("unknown package", () => {}, ["build", "-p", "nothere"]);
  await show("unknown profile", () => {}, ["build", "--profile", "relase"]);
  await show("unknown target", () => {}, ["build", "--target", "wasm32-unknown-unknown"]);
  await show("no dir", () => {}, ["build", "-C", "nowhere"]);
  const d = 'import { defineProject } from "gantry";\n\nexport default defineProject(({ crane, pkgs }) => {\n';
  await cfg("syntax", d + "  return {{ packages: } };\n});\n");
  await cfg("syntax2", d + "  const enum X { A }\n  return {};\n});\n");
  await cfg("throw", d + '  throw new Error("no such luck");\n});\n');
  await cfg("throw str", d + '  throw "no such luck";\n});\n');
  await cfg("reference", d + '  return { packages: { default: crain.buildPackage({}) } };\n});\n');
  await cfg("misspelt fn", d + '  return { packages: { default: crane.buildPakage({}) } };\n});\n');
  await cfg("misspelt arg", d + '  const src = crane.cleanCargoSource(".");\n  return { packages: { default: crane.buildPackage({ src, cargoExtraArg: [] }) } };\n});\n');
  await cfg("type", d + '  const src = crane.cleanCargoSource(".");\n  return { packages: { default: crane.buildPackage({ src, cargoExtraArgs: "--locked" }) } };\n});\n');
  await cfg("src string", d + '  return { packages: { default: crane.buildPackage({ src: "." }) } };\n});\n');
  await cfg("src missing", d + '  return { packages: { default: crane.buildPackage({}) } };\n});\n');
  await cfg("no arg", d + '  return { packages: { default: crane.buildPackage() } };\n});\n');
  await cfg("pkgs.x", d + '  const src = crane.cleanCargoSource(".");\n  return { packages: { default: crane.buildPackage({ src, nativeBuildInputs: [pkgs.protobuff] }) } };\n});\n');
  await cfg("pkgs.x.bin", d + '  const src = crane.cleanCargoSource(".");\n  return { packages: { default: crane.buildPackage({ src, env: { PROTOC: pkgs.protobuff.bin("protoc") } }) } };\n});\n');
  await cfg("pkgs bin", d + '  const src = crane.cleanCargoSource(".");\n  return { packages: { default: crane.buildPackage({ src, env: { PROTOC: pkgs.protobuf.bin("protok") } }) } };\n});\n');
  await cfg("src nowhere", d + '  return { packages: { default: crane.buildPackage({ src: crane.cleanCargoSource("nowhere") }) } };\n});\n');
  await cfg("no default", 'export const x = 3;\n');
  await cfg("default not function", 'export default 3;\n');
  await cfg("nothing", d + '});\n');
  await cfg("wrong shape", d + '  return { packages: { default: 3 } };\n});\n');
  await cfg("pkgs key", d + '  return { package: {} };\n});\n');
  await cfg("import missing", 'import x from "./nowhere.ts";\n' + d + '  return { packages: {} };\n});\n');
  await cfg("import missing pkg", 'import x from "lodash";\n' + d + '  return { packages: {} };\n});\n');
  await cfg("no default output", d + '  return { packages: {} };\n});\n');
  await cfg("hook fails", d + '  const src = crane.cleanCargoSource(".");\n  return { packages: { default: crane.buildPackage({ src, postInstall: "echo oh no; exit 3" }) } };\n});\n');
});
