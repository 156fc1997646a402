import type { Case } from "./loggedBuild.ts";

const triple = "x86_64-unknown-linux-gnu";
const logs = "fn main() {}\n";

/** What a case has otherwise than the plainest one. */
export type Variant = {
  readonly lto?: string;
  readonly crateTypes?: readonly string[];
  /** Of the root's manifest, at its end. */
  readonly root?: string;
  /** Of the manifest of the program, at its end. */
  readonly app?: string;
  readonly config?: string;
  readonly more?: Readonly<Record<string, string>>;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

function package_(name: string, more: string): string {
  return `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}\n`;
}

const vendored = (name: string, more: string, script = false) => ({
  [`vendor/${name}/Cargo.toml`]: package_(name, more),
  [`vendor/${name}/.cargo-checksum.json`]: '{"files":{}}',
  [`vendor/${name}/src/lib.rs`]: "",
  ...(script && { [`vendor/${name}/build.rs`]: logs }),
});

/**
 * A program with a build script, an integration test and a library; a library of the workspace that both it and its
 * build script use; a proc macro; and vendored crates, two of them with build scripts.
 */
export function caseOf(variant: Variant): Case {
  const { lto = "false", crateTypes = ["rlib"], root = "", app = "", config = "", more = {} } = variant;
  const types = crateTypes.map((each) => `"${each}"`).join(", ");
  return {
    words: variant.words ?? ["build", "--release"],
    env: variant.env ?? {},
    files: {
      "source/Cargo.toml": `[workspace]\nmembers = ["app", "shared", "macros", "side"]\nresolver = "2"\n\n[profile.release]\nlto = ${lto}\n${root}`,
      "source/.cargo/config.toml": `[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "@base@/vendor"\n${config}`,
      "source/app/Cargo.toml": package_(
        "app",
        `[features]\nextra = ["dep/extra"]\n[dependencies]\nshared = { path = "../shared" }\ndep = "0.1"\n[build-dependencies]\ndep = "0.1"\n[dev-dependencies]\nleaf = "0.1"\n${app}`,
      ),
      ...{ "source/app/src/main.rs": logs, "source/app/src/lib.rs": "", "source/app/build.rs": logs },
      "source/app/tests/it.rs": logs,
      "source/shared/Cargo.toml": package_(
        "shared",
        `[lib]\ncrate-type = [${types}]\n[dependencies]\nmacros = { path = "../macros" }\ndep = "0.1"\nleaf = "0.1"\n`,
      ),
      "source/shared/src/lib.rs": "",
      "source/macros/Cargo.toml": package_(
        "macros",
        '[lib]\nproc-macro = true\n[dependencies]\nleaf = "0.1"\n',
      ),
      "source/macros/src/lib.rs": "",
      "source/side/Cargo.toml": package_("side", '[dependencies]\ndep = "0.1"\nleaf = "0.1"\n'),
      ...{ "source/side/src/main.rs": logs, "source/side/build.rs": logs },
      ...vendored("dep", 'links = "dep"\n[features]\nextra = []\n[dependencies]\nleaf = "0.1"\n', true),
      ...vendored("leaf", "", true),
      ...more,
    },
  };
}

const ltos = ["false", '"off"', '"thin"', '"fat"', "true"];
const types = [["rlib"], ["dylib"], ["cdylib"], ["cdylib", "rlib"], ["dylib", "rlib"], ["staticlib", "rlib"]];
const builds = [
  ["build"],
  ...["app", "shared", "side", "macros"].map((each) => ["build", "-p", each]),
  ...["leaf", "dep"].map((each) => ["build", "-p", each]),
  ["test", "--no-run"],
  ["test", "--no-run", "-p", "shared"],
  ["check", "--all-targets"],
  ["check", "-p", "app"],
];

export const variants: readonly Variant[] = [
  ...ltos.flatMap((lto) =>
    types.flatMap((crateTypes) =>
      [["build"], ["build", "-p", "app"], ["test", "--no-run"]].map((words) => ({
        lto,
        crateTypes,
        words: [...words, "--release"],
      })),
    ),
  ),
  ...builds.flatMap((words) =>
    [[], ["--release"], ["--target", triple], ["--target", triple, "--release"]].map((more) => ({
      words: [...words, ...more],
    })),
  ),
  ...builds.flatMap((words) =>
    [[], ["--target", triple]].flatMap((more) => [
      { words: [...words, ...more], env: { RUSTFLAGS: "--cfg one" } },
      { words: [...words, ...more], config: '[build]\nrustflags = ["--cfg", "two"]\n' },
      { words: [...words, ...more], config: `[build]\ntarget = "${triple}"\nrustflags = ["--cfg", "two"]\n` },
      { words: [...words, ...more], config: `[target.${triple}]\nlinker = "linker"\n` },
    ]),
  ),
  ...[
    ['panic = "abort"\n'],
    ['strip = "none"\n'],
    ["debug = 1\n"],
    ["codegen-units = 1\n"],
    ["rpath = true\n"],
  ].map(([root = ""]) => ({ root, words: ["test", "--no-run", "--release"] })),
  ...["release", "dev"].flatMap((inherits) =>
    [["build"], ["test", "--no-run"]].map((words) => ({
      words: [...words, "--profile", "own"],
      root: `[profile.own]\ninherits = "${inherits}"\nopt-level = 1\ndebug = false\nstrip = "none"\ndebug-assertions = false\noverflow-checks = false\nincremental = false\ncodegen-units = 4\nlto = false\npanic = "unwind"\n`,
    })),
  ),
  ...["dep/extra", "app/extra", "shared/x"].slice(0, 2).map((feature) => ({
    words:
      feature === "dep/extra"
        ? ["build", "-p", "app", "--features", "extra"]
        : ["build", "--features", feature],
  })),
  ...[
    { app: '[[test]]\nname = "it"\nharness = false\n' },
    { app: "[lib]\nharness = false\n" },
    { app: '[[bin]]\nname = "app"\npath = "src/main.rs"\nharness = false\n' },
    { app: '[lib]\ncrate-type = ["cdylib"]\n' },
    { app: '[lints.rust]\nunused = "warn"\n' },
    { more: { "source/app/src/bin/more.rs": logs } },
  ].flatMap((variant) =>
    [["build"], ["test", "--no-run"], ["check", "--all-targets"]].map((words) => ({ ...variant, words })),
  ),
];
