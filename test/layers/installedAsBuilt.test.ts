import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const manifest = (name: string, more: string) =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`;
const dependency = 'dep = { path = "../dep"';

const project = tempProject({
  "Cargo.toml": '[workspace]\nmembers = ["app", "dep"]\nresolver = "2"\n',
  "app/Cargo.toml": manifest(
    "app",
    `[dependencies]\n${dependency} }\n[dev-dependencies]\n${dependency}, features = ["tests"] }\n`,
  ),
  "app/src/main.rs": 'fn main() {\n    println!("{}", dep::built_for());\n}\n',
  "app/tests/runs.rs":
    '#[test]\nfn runs() {\n    assert!(std::path::Path::new(env!("CARGO_BIN_EXE_app")).exists());\n}\n',
  "dep/Cargo.toml": manifest("dep", "[features]\ntests = []\n"),
  "dep/src/lib.rs":
    'pub fn built_for() -> &\'static str {\n    if cfg!(feature = "tests") { "tests" } else { "users" }\n}\n',
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => ({
  packages: {
    default: crane.buildPackage({
      src: crane.cleanCargoSource("."),
      pname: "app",
    }),
  },
}));
`,
});
afterAll(() => project[Symbol.dispose]());

test("what is installed is what was built, though testing it compiled it with other features", async () => {
  project.lock();
  const ran = await project.gantry(["run", "--log-format", "plain"]);
  expect(ran.err).toContain("test runs ... ok");
  expect(ran.out).toBe("users\n");
});

/** Where it lies is compiled into the program. */
const leaf = publishedCrate("leaf", "", {
  "README.md": "A leaf.\n",
  "src/lib.rs": `pub const AT: &str = env!("CARGO_MANIFEST_DIR");

pub fn place() -> &'static std::panic::Location<'static> {
    std::panic::Location::caller()
}
`,
});

const own = "see /build/vendor/x, /build/vendor/leaf-1.0.0/README.md and /build/toolchain/bin/clang\n";

const digesting = `const TEXT: &[u8] = include_bytes!("text.txt");
const SUM: u64 = sum(TEXT);

const fn sum(text: &[u8]) -> u64 {
    let (mut sum, mut at) = (0, 0);
    while at < text.len() {
        sum = (sum * 31 + text[at] as u64) % 1_000_000_007;
        at += 1;
    }
    sum
}

fn main() {
    assert_eq!(sum(std::hint::black_box(TEXT)), SUM, "it is not what was compiled");
    print!("{}", std::str::from_utf8(TEXT).unwrap());
    println!("{}", leaf::AT);
    println!("{}", leaf::place().file());
}
`;

test("paths of vendored crates are blanked, and texts of the project's own are as they were", async () => {
  using stripped = tempProject(
    {
      "Cargo.toml": manifest("app", '[dependencies]\nleaf = "1"\n'),
      "src/main.rs": digesting,
      "src/text.txt": own,
      "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const common = { src: fileset.everything(), doCheck: false };
  const preInstall = "mkdir -p $out/share; echo /build/vendor/bundle /build/vendor/leaf*/src >$out/share/list";
  return {
    packages: {
      default: crane.buildPackage({ ...common, preInstall }),
      whole: crane.buildPackage({ ...common, doNotRemoveReferencesToVendorDir: true }),
    },
  };
});
`,
    },
    { crates: [leaf] },
  );
  stripped.lock();
  const built = await stripped.gantry(["build"]);
  expect(built.status, built.err).toBe(0);
  expect(readFileSync(`${stripped.root}/result/share/list`, "utf8")).toBe(
    "/build/vendor/bundle /eeeee/vendor/leaf-1.0.0/src\n",
  );
  const ran = await stripped.gantry(["run", "--log-format", "plain"]);
  expect(ran.out, ran.err).toBe(`${own}/eeeee/vendor/leaf-1.0.0\n/eeeee/vendor/leaf-1.0.0/src/lib.rs\n`);
  const whole = await stripped.gantry(["run", "whole", "--log-format", "plain"]);
  expect(whole.out, whole.err).toBe(`${own}/build/vendor/leaf-1.0.0\n/build/vendor/leaf-1.0.0/src/lib.rs\n`);
});
