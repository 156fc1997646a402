/**
 * A workspace on crates of crates.io, without its lock: the program `app`, whose build script reads
 * `GREETING`, on the library `helper`; and the program `records`, which uses macros.
 */
export const realWorkspace: Readonly<Record<string, string>> = {
  "Cargo.toml": `[workspace]
members = ["app", "helper", "records"]
resolver = "2"

[profile.dev]
debug = 0
`,
  "app/Cargo.toml": `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
either = "1"
helper = { path = "../helper" }
itoa = "1"
`,
  "app/build.rs": `fn main() {
    println!("cargo::rerun-if-env-changed=GREETING");
    println!("cargo::rustc-env=GREETED={} world", std::env::var("GREETING").unwrap());
}
`,
  "app/src/main.rs": `fn main() {
    println!("{} {}", env!("GREETED"), helper::half());
}
`,
  "helper/Cargo.toml": `[package]
name = "helper"
version = "0.1.0"
edition = "2021"

`,
  "helper/src/lib.rs": `pub fn half() -> u32 {
    21
}
`,
  "records/Cargo.toml": `[package]
name = "records"
version = "0.1.0"
edition = "2021"

[dependencies]
serde = { version = "1", features = ["derive"] }
`,
  "records/src/main.rs": `#[derive(Debug, serde::Serialize)]
struct Point {
    x: i32,
}

fn main() {
    println!("{:?}", Point { x: 1 });
}
`,
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const common = { src, pname: "app", cargoProfile: "dev", doCheck: false };
  const cargoArtifacts = crane.buildDepsOnly(common);
  const env = { GREETING: "hello" };
  return { packages: { default: crane.buildPackage({ ...common, cargoArtifacts, env }) } };
});
`,
};
