import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/**
 * A program that prints what its build script read, where no file of the project and no plan of Cargo's says
 * so.
 */
const files = (args: string) => ({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "Cargo.lock": 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n',
  "build.rs": `use std::{env, fs};
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let hook = fs::read_to_string("/build/out/answer").unwrap_or_default();
    println!("cargo::rustc-env=ANSWER={}{hook}", env::var("ANSWER").unwrap_or_default());
}
`,
  "src/main.rs": 'fn main() {\n    println!("{}", env!("ANSWER"));\n}\n',
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  return { packages: { default: crane.buildPackage({ src, doCheck: false, cargoProfile: "dev", ${args} }) } };
});
`,
});

/** One for all, since the first build in a store reads the whole toolchain. */
const store = mkdtempSync(join(tmpdir(), "gantry-environment-"));
afterAll(() => rmSync(store, { recursive: true }));

async function answer(project: TempProject): Promise<string> {
  const ran = await project.gantry(["run"]);
  expect(ran.status, ran.err).toBe(0);
  return ran.out.trim();
}

test.each([
  ["a hook that leaves something", (answer: string) => `preBuild: "printf ${answer} > $out/answer"`],
  [
    "an argument that configures Cargo",
    (answer: string) => `cargoExtraArgs: ["--locked", "--config", "env.ANSWER='${answer}'"]`,
  ],
  ["a variable", (answer: string) => `env: { ANSWER: "${answer}" }`],
])("%s: what was compiled with another is not used", async (_, args) => {
  using project = tempProject(files(args("first")), { store });
  expect(await answer(project)).toBe("first");
  project.edit("gantry.config.ts", "first", "second");
  expect(await answer(project)).toBe("second");
  project.edit("gantry.config.ts", "second", "first");
  expect(await answer(project)).toBe("first");
});

test("a program that a variable names: what was compiled by way of another is not used", async () => {
  using project = tempProject(
    {
      ...files('env: { RUSTC_WRAPPER: "tools/wrap.sh" }'),
      "src/main.rs": 'fn main() {\n    println!("{}", cfg!(wrapped));\n}\n',
      "tools/wrap.sh": '#!/bin/sh\nexec "$@"\n',
    },
    { store },
  );
  project.edit("gantry.config.ts", "({ crane })", "({ crane, fileset })");
  project.edit(
    "gantry.config.ts",
    'crane.cleanCargoSource(".")',
    'fileset.union(crane.cleanCargoSource("."), fileset.include("tools/*"))',
  );
  project.edit("gantry.config.ts", "doCheck: false", "doCheck: false, cargoArtifacts: null");
  chmodSync(join(project.root, "tools/wrap.sh"), 0o755);
  expect(await answer(project)).toBe("false");
  project.edit("tools/wrap.sh", '"$@"', '"$@" --cfg wrapped');
  expect(await answer(project)).toBe("true");
});

test("a file of Cargo's settings that an argument names: what was compiled with another is not used", async () => {
  const named = `cargoArtifacts: null, cargoExtraArgs: ["--locked", "--config", "tools/settings.toml"]`;
  using project = tempProject(
    { ...files(named), "tools/settings.toml": 'env.ANSWER = "first"\n' },
    { store },
  );
  expect(await answer(project)).toBe("first");
  project.edit("tools/settings.toml", "first", "second");
  expect(await answer(project)).toBe("second");
});
