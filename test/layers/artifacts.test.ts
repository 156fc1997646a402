import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { describeWhere } from "../rig/describeWhere.ts";
import { nightlyNeed } from "../rig/nightly.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const says = (text: string) => `fn main() {\n    println!("${text}");\n}\n`;

const crates = [publishedCrate("published", "", { "src/main.rs": says("published") })];

/**
 * `app` has programs of others in it, and libraries; its build script runs the program `tool`, which is compiled once more
 * for that, without optimisation, and in the workspace for its own sake.
 */
const files = {
  ".cargo/config.toml": "[unstable]\nbindeps = true\n",
  "Cargo.toml": '[workspace]\nmembers = ["app", "tool", "plugin"]\nresolver = "2"\n',
  "app/Cargo.toml": `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
published = { version = "1", artifact = "bin" }
tool = { path = "../tool", artifact = "bin" }
plugin = { path = "../plugin", artifact = ["cdylib", "staticlib"] }

[build-dependencies]
tool = { path = "../tool", artifact = "bin" }
`,
  "app/build.rs": `fn main() {
    let tool = std::env::var("CARGO_BIN_FILE_TOOL_tool").unwrap();
    let said = std::process::Command::new(tool).output().unwrap().stdout;
    println!("cargo::rustc-env=SAID={}", String::from_utf8(said).unwrap().trim());
    println!("cargo::rerun-if-changed=build.rs");
}
`,
  "app/src/main.rs": `const FILES: [&[u8]; 4] = [
    include_bytes!(env!("CARGO_BIN_FILE_PUBLISHED_published")),
    include_bytes!(env!("CARGO_BIN_FILE_TOOL_tool")),
    include_bytes!(env!("CARGO_CDYLIB_FILE_PLUGIN_plugin")),
    include_bytes!(env!("CARGO_STATICLIB_FILE_PLUGIN_plugin")),
];

fn main() {
    let there = FILES.iter().all(|file| file.len() > 1000);
    println!("{} {}", env!("SAID"), there);
}
`,
  "tool/Cargo.toml": '[package]\nname = "tool"\nversion = "0.1.0"\nedition = "2021"\n',
  "tool/src/main.rs": says("one"),
  "plugin/Cargo.toml":
    '[package]\nname = "plugin"\nversion = "0.1.0"\nedition = "2021"\n\n[lib]\ncrate-type = ["cdylib", "staticlib"]\n',
  "plugin/src/lib.rs": "pub fn value() -> u32 {\n    7\n}\n",
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const cargoExtraArgs = ["--locked", "-p", "app", "-p", "tool"];
  return { packages: { default: crane.buildPackage({ src, pname: "app", cargoExtraArgs, doCheck: false }) } };
});
`,
};

const layouts = { today: {}, new: { "gantry.config.ts": withNewLayout() } };

function withNewLayout(): string {
  const env = 'const env = { CARGO_UNSTABLE_BUILD_DIR_NEW_LAYOUT: "true" };\n  return {';
  return files["gantry.config.ts"].replace("return {", env).replace("doCheck", "env, doCheck");
}

describeWhere(nightlyNeed, "programs and libraries that are artifact dependencies", () => {
  for (const [layout, configuration] of Object.entries(layouts)) {
    const project = tempProject({ ...files, ...configuration }, { crates });
    afterAll(() => project[Symbol.dispose]());
    beforeAll(() => project.lock());

    async function builds() {
      const env = { RUSTUP_TOOLCHAIN: "nightly" };
      const ran = await project.gantry(["build", "--log-format", "json"], { env });
      expect(ran.status, ran.out + ran.err).toBe(0);
      const prints = execFileSync(`${project.root}/result/bin/app`, { encoding: "utf8" }).trim();
      return { ...compiledUnits(ran.events), prints };
    }

    const tools = ["tool bin build", "tool bin build", "tool bin build"];

    test(`are compiled once (${layout} layout)`, async () => {
      expect(await builds()).toEqual({
        "app-deps": ["published bin build", "published lib build"],
        app: [
          ...["app bin build", "app custom-build build", "plugin cdylib build"],
          ...["plugin staticlib build", ...tools],
        ],
        prints: "one true",
      });
    });

    test(`and not after an edit of what uses them (${layout} layout)`, async () => {
      project.edit("app/src/main.rs", "fn main", "// edited\nfn main");
      expect(await builds()).toEqual({ app: ["app bin build"], prints: "one true" });
    });

    test(`after one of them was edited, it is, with what uses it (${layout} layout)`, async () => {
      project.edit("tool/src/main.rs", "one", "two");
      expect(await builds()).toEqual({ app: ["app bin build", ...tools], prints: "two true" });
      project.edit("tool/src/main.rs", "two", "one");
      expect(await builds()).toEqual({ prints: "one true" });
    });
  }
});
