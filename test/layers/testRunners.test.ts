import { afterAll, expect, test } from "vitest";
import { lockText } from "../rig/lockText.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

const leaf = publishedCrate("leaf", "", { "src/lib.rs": "pub fn leaf() -> u32 { 42 }\n" });

/** Stands for nextest: has Cargo compile by the same arguments, fails where anything is compiled, and reports. */
const nextest = `case "$*" in
  "nextest run --config /build/.cargo/config.toml --tool-config-file gantry:/build/nextest/gantry.toml "*) ;;
  *) echo "$*"; exit 2
esac
cargo test --no-run --profile dev --locked --workspace 2>&1 | tee /tmp/said
if grep -q Compiling /tmp/said; then echo "nextest compiles"; exit 1; fi
grep -q junit.xml /build/nextest/gantry.toml
mkdir -p /build/target/nextest/default
for last; do :; done
echo "$last" > /build/target/nextest/default/junit.xml
`;

/** Stands for cargo-llvm-cov: rustc's wrapper, which instruments the project's own crates and which no plan knows of. */
const llvmCov = `if [ -n "$WRAPS" ]; then
  rustc=$1; shift
  case " $* " in *" --crate-name app "*) exec "$rustc" "$@" $WRAPS;; *) exec "$rustc" "$@";; esac
fi
shift
[ "$CARGO_LLVM_COV_TARGET_DIR" = /build/target ]
case "$1" in --no-clean) shift;; esac
export WRAPS="--cfg=covered"
for each; do [ "$each" = --no-cfg ] && export WRAPS="--cfg=bare"; done
[ "$1" = --no-cfg ] && shift
RUSTC_WRAPPER=/usr/bin/cargo-llvm-cov exec cargo test "$@"
`;

/** A published program that is a script. */
function program(name: string, script: string) {
  const manifest = `[[bin]]\nname = "${name}"\npath = "src/main.rs"\n`;
  const whole = `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n\n${manifest}`;
  return publishedCrate(name, manifest, {
    "src/script.sh": script,
    "src/main.rs": `use std::os::unix::process::CommandExt;
fn main() {
    let words = ["-ec", include_str!("script.sh"), "sh"];
    panic!("{}", std::process::Command::new("sh").args(words).args(std::env::args_os().skip(1)).exec());
}
`,
    "Cargo.lock": lockText([whole], []),
  });
}

const programs = [program("cargo-llvm-cov", llvmCov), program("cargo-nextest", nextest)];
const pins = programs.map(
  ({ name, checksum }) => `[tool.${name}]\nversion = "1.0.0"\nchecksum = "${checksum}"\n`,
);

const flagged = (flag: string) => `import { defineProject } from "gantry";

export default defineProject(({ crane, tools }) => {
  const src = crane.cleanCargoSource(".");
  const common = { src, cargoProfile: "dev", nativeBuildInputs: [tools.cargoNextest(), tools.cargoLlvmCov()] };
  const cargoArtifacts = crane.buildDepsOnly(common);
  const test = ["test", "--profile", "dev", "--locked"];
  return {
    packages: {
      nextest: crane.cargoNextest({ ...common, cargoArtifacts, cargoNextestExtraArgs: ["--workspace"], partitions: 2 }),
    },
    checks: {
      tests: crane.cargoTest({ ...common, cargoArtifacts, cargoTestExtraArgs: ["--", "--nocapture"] }),
      covered: crane.mkCargoDerivation({
        ...common,
        pnameSuffix: "-llvm-cov",
        env: { CARGO_LLVM_COV_TARGET_DIR: "/build/target" },
        buildPhaseCargoCommand: [{
          type: "run",
          name: "llvm-cov",
          argv: ["cargo", "llvm-cov", "--no-clean", ${flag}"--message-format", "json-diagnostic-rendered-ansi", ...test.slice(1), "--", "--nocapture"],
          messages: "cargo",
        }],
        target: { ...crane.cargoTest({ ...common, cargoArtifacts }).targetDirectory },
      }),
    },
  };
});
`;

function projectOf(): TempProject {
  const project = tempProject(
    {
      "Cargo.toml":
        '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleaf = "1"\n\n[lints.rust]\nunexpected_cfgs = "allow"\n',
      "src/lib.rs": `pub fn answer() -> u32 { leaf::leaf() }
#[test]
fn says() {
    assert_eq!(answer(), 42);
    println!("covered {}, bare {}", cfg!(covered), cfg!(bare));
}
`,
      "gantry.config.ts": flagged(""),
      "gantry.lock": ["version = 1\n", ...pins].join("\n"),
    },
    { crates: [leaf, ...programs] },
  );
  project.lock();
  return project;
}

const project = projectOf();
afterAll(() => project[Symbol.dispose]());

async function compiled(...args: string[]): Promise<{ readonly units: string[]; readonly err: string }> {
  const { status, err } = await project.gantry([...args, "--offline", "--color", "never"]);
  expect(status, err).toBe(0);
  const names = [...err.matchAll(/^ +Compiling ([\w-]+) v/gm)].map(([, name = ""]) => name);
  return { units: names.filter((name) => !name.startsWith("cargo-")), err };
}

test("nextest compiles nothing itself, and partitions begin with what one step compiled", async () => {
  expect((await compiled("build", "nextest")).units.sort()).toEqual(["app", "leaf"]);
  const reports = [1, 2].map((part) => project.read(`result-nextest/p${part}/junit.xml`).trim());
  expect(reports).toEqual(["count:1/2", "count:2/2"]);
  project.edit("src/lib.rs", "fn says", "fn says_so");
  expect((await compiled("build", "nextest")).units).toEqual(["app"]);
});

test("what is instrumented and what is not are never taken for each other", async () => {
  const plain = await compiled("check", "tests");
  expect(plain.err).toContain("covered false, bare false");
  const covered = await compiled("check", "covered");
  expect(covered.err).toContain("covered true, bare false");
  expect(covered.units).toEqual(["app"]);
  project.write("gantry.config.ts", flagged('"--no-cfg", '));
  expect((await compiled("check", "covered")).err).toContain("covered false, bare true");
  project.write("gantry.config.ts", flagged(""));
  project.edit("src/lib.rs", "fn says_so", "fn says");
  expect((await compiled("check", "covered")).err).toContain("covered true, bare false");
  expect((await compiled("check", "tests")).err).toContain("covered false, bare false");
});
