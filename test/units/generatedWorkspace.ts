import { lockText } from "../rig/lockText.ts";
import { generatedCrates } from "./generatedCrates.ts";
import { generatedSources } from "./generatedSources.ts";
import type { State } from "./state.ts";

/** The files of a workspace `base` ← `mid` ← `app` with a macro package, and members beside, by path. */
export function generatedWorkspace(state: State): Map<string, string> {
  const manifests = manifestsOf(state);
  const crates = generatedCrates.filter(
    ({ name, version }) => name !== "leaf" || version === `1.${state.leaf}.0`,
  );
  return new Map([
    ...manifests,
    ...generatedSources(state),
    ["Cargo.lock", lockText([...manifests.values()], crates)],
    ["gantry.config.ts", configuration(state)],
    ...(state.isStrict ? [["clippy.toml", "too-many-arguments-threshold = 2\n"] as const] : []),
  ]);
}

function manifestsOf(state: State): Map<string, string> {
  const inherited = "version.workspace = true\nedition.workspace = true\n";
  const own = 'version = "0.1.0"\nedition = "2021"\n';
  const leaf = state.hasLeafMore ? 'leaf = { version = "1", features = ["more"] }' : 'leaf = "1"';
  const base = `base = { path = "../base"${state.isLoud ? ', features = ["loud"]' : ""} }\n`;
  const members = [
    "app",
    "base",
    "loose",
    "macros",
    "mid",
    "quiet",
    ...(state.hasExtraMember ? ["extra"] : []),
  ];
  const description = `description = "number ${state.description}"\n`;
  return new Map([
    [
      "Cargo.toml",
      `[workspace]
members = ${JSON.stringify(members)}
resolver = "2"

[workspace.package]
version = "0.1.${state.version}"
edition = "2021"

[workspace.metadata]
note = ${state.workspaceNote}

[profile.dev]
debug = 0
overflow-checks = ${state.checksOverflow}
[profile.dev.build-override]
opt-level = 1
[profile.release]
opt-level = 1
`,
    ],
    [
      "base/Cargo.toml",
      `[package]\nname = "base"\n${own}${description}[features]\nloud = []\n[dependencies]\n${leaf}\n${
        state.hasLints ? '[lints.rust]\nunused_variables = "allow"\n' : ""
      }`,
    ],
    ["macros/Cargo.toml", `[package]\nname = "macros"\n${own}[lib]\nproc-macro = true\n`],
    [
      "mid/Cargo.toml",
      `[package]\nname = "mid"\n${inherited}[dependencies]\n${base}macros = { path = "../macros" }\nscripted = "1"\nsilent = "1"\n[build-dependencies]\nsilent = "1"\n`,
    ],
    [
      "app/Cargo.toml",
      `[package]\nname = "app"\n${inherited}[dependencies]\nmid = { path = "../mid" }\nmiddle = "1"\n${
        state.usesAdded ? 'added = "1"\n' : ""
      }`,
    ],
    ["loose/Cargo.toml", `[package]\nname = "loose"\n${own}[package.metadata]\nnumber = ${state.metadata}\n`],
    ["quiet/Cargo.toml", `[package]\nname = "quiet"\n${own}`],
    ...(state.hasExtraMember
      ? [["extra/Cargo.toml", `[package]\nname = "extra"\n${own}[dependencies]\n${base}`] as const]
      : []),
  ]);
}

function configuration(state: State): string {
  return `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const src = fileset.union(crane.cleanCargoSource("."), fileset.include("**/*.txt"));
  const env = { GREETING: "${state.greeting}" };
  const common = { src, pname: "app", cargoProfile: "dev", env };
  const cargoArtifacts = crane.buildDepsOnly(common);
  const layered = { ...common, cargoArtifacts, env: { ...env, WHISPER: "${state.whisper}" } };
  return {
    packages: { default: crane.buildPackage({ ...layered, doCheck: false }) },
    checks: {
      clippy: crane.cargoClippy(layered),
      test: crane.cargoTest({ ...layered, cargoTestExtraArgs: ["--", "--nocapture"] }),
    },
  };
});
`;
}
