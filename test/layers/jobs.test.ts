import { describe, expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { tempProject } from "../rig/tempProject.ts";

const manifest = (name: string, more = "") =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\nbuild = "build.rs"\n${more}`;

/** Runs make as most scripts do, and as the crates `cmake` and `openssl-src` do, which hand Cargo's own variable on. */
const script = `use std::process::Command;

fn main() {
    make(&mut Command::new("make"));
    let flags = std::env::var("CARGO_MAKEFLAGS").unwrap();
    make(Command::new("make").env("MAKEFLAGS", flags));
}

fn make(command: &mut Command) {
    let output = command.arg("--silent").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}
`;

/** Notes beginnings and ends where both packages can; writing so little to one file is done at once. */
const makefile = `.PHONY: one two three
all: one two three
one two three:
\techo + >>$(CARGO_TARGET_DIR)/jobs
\tsleep 0.2
\techo - >>$(CARGO_TARGET_DIR)/jobs
`;

const packages = ["left", "right"].flatMap((name) => [
  [`${name}/Cargo.toml`, manifest(name)],
  [`${name}/build.rs`, script],
  [`${name}/Makefile`, makefile],
  [`${name}/src/lib.rs`, ""],
]);

const files = {
  ...Object.fromEntries(packages),
  "Cargo.toml": '[workspace]\nmembers = ["left", "right"]\nresolver = "2"\n',
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const postBuild = "cp $CARGO_TARGET_DIR/jobs $out/jobs";
  return { packages: { default: crane.buildPackage({ src: fileset.everything(), pname: "app", postBuild, doCheck: false }) } };
});
`,
};

function makesWithJobs(sandbox: string): void {
  test("make takes its jobs from those that all share, and there are never more of them", async () => {
    using project = tempProject(files);
    project.lock();
    const ran = await project.gantry(["build", "-j", "2", "--sandbox", sandbox, "--log-format", "plain"]);
    expect(ran.status, ran.out + ran.err).toBe(0);
    let running = 0;
    const counts = project
      .read("result/jobs")
      .trim()
      .split("\n")
      .map((sign) => (running += sign === "+" ? 1 : -1));
    expect({ notes: counts.length, most: Math.max(...counts), left: running }).toEqual({
      notes: 24,
      most: 2,
      left: 0,
    });
  });
}

describeIsolated("in the sandbox", () => makesWithJobs("full"));
describe("without one", () => makesWithJobs("none"));
