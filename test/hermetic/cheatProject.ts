import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ran } from "../rig/gantry.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";
import { startedBy, type User } from "./user.ts";

/** Where a build runs code of its own. */
export const places = ["build script", "proc macro", "test"] as const;
export type CheatPlace = (typeof places)[number];

export type CheatProject = TempProject & {
  /** Cheats from that place; all else of the project does nothing. */
  cheat(place: CheatPlace, cheat: string, env?: Readonly<Record<string, string>>): Promise<Ran>;
};

const manifest = (name: string, rest: string) =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n${rest}`;

const files = {
  "Cargo.toml": manifest(
    "app",
    `[workspace]
members = ["crates/*"]

[dependencies]
leaf = "1"
macros = { path = "crates/macros" }

[build-dependencies]
cheats = { path = "crates/cheats" }

[dev-dependencies]
cheats = { path = "crates/cheats" }
`,
  ),
  "crates/cheats/Cargo.toml": manifest("cheats", ""),
  "crates/cheats/src/lib.rs": readFileSync(join(import.meta.dirname, "cheats.rs"), "utf8"),
  "crates/macros/Cargo.toml": manifest(
    "macros",
    '[lib]\nproc-macro = true\n\n[dependencies]\ncheats = { path = "../cheats" }\n',
  ),
  "crates/macros/src/lib.rs": `use proc_macro::{TokenStream, TokenTree};

#[proc_macro]
pub fn cheat(input: TokenStream) -> TokenStream {
    if let Some(TokenTree::Literal(cheat)) = input.into_iter().next() {
        cheats::run(cheat.to_string().trim_matches('"'));
    }
    TokenStream::new()
}
`,
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, pkgs }) => {
  const common = { src: fileset.everything() };
  return {
    packages: { default: crane.buildPackage({ ...common, doCheck: false }) },
    checks: { test: crane.cargoTest(common) },
  };
});
`,
};

type Setting = {
  /** One that it shares. Default: one of its own. */
  readonly store?: string;
  readonly user?: User;
};

/** A project with a dependency, a build script, a proc macro and a test, each of which can be made to cheat. */
export function cheatProject({ store, user = "the one who runs the tests" }: Setting = {}): CheatProject {
  const leaf = publishedCrate("leaf", "", { "src/lib.rs": "pub fn leaf() {}\n" });
  const project = tempProject(files, { crates: [leaf], ...(store !== undefined && { store }) });
  const writeCheats = (place: CheatPlace | undefined, cheat: string): void => {
    const at = (each: CheatPlace) => JSON.stringify(place === each ? cheat : "pass");
    project.write("build.rs", `fn main() {\n    cheats::run(${at("build script")});\n}\n`);
    project.write(
      "src/main.rs",
      `macros::cheat!(${at("proc macro")});\n\nfn main() {\n    leaf::leaf();\n}\n`,
    );
    project.write("tests/cheat.rs", `#[test]\nfn cheat() {\n    cheats::run(${at("test")});\n}\n`);
  };
  writeCheats(undefined, "pass");
  project.lock();
  const started = startedBy(user, project);
  const gantry: TempProject["gantry"] = (args, more = {}) =>
    project.gantry(args, { ...started, ...more, env: { ...more.env, ...started.env } });
  return {
    ...project,
    gantry,
    cheat(place, cheat, env = {}) {
      writeCheats(place, cheat);
      const args = place === "test" ? ["check", "test"] : ["build"];
      return gantry([...args, "--sandbox", "full", "--log-format", "json"], { env });
    },
  };
}
