import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { tempProject } from "../rig/tempProject.ts";

/** As zoxide's build script does, which writes completions beside the code. */
const script = `use std::fs;

fn main() {
    fs::create_dir_all("completions/deep").unwrap();
    fs::write("completions/deep/new.txt", "new").unwrap();
    let before = fs::read_to_string("src/changed.txt").unwrap();
    fs::write("src/changed.txt", format!("{}, changed", before.trim())).unwrap();
    fs::remove_file("removed.txt").unwrap();
}
`;

const program = `fn main() {
    let there = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/removed.txt")).exists();
    println!("{}; {}; {there}", include_str!("../completions/deep/new.txt"), include_str!("changed.txt"));
}
`;

const files = {
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "build.rs": script,
  "src/main.rs": program,
  "src/changed.txt": "first\n",
  "removed.txt": "",
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const common = { src: fileset.everything() };
  const preBuild = ["test ! -e hook.txt", "echo hook >hook.txt"].join("; ");
  return {
    packages: { default: crane.buildPackage({ ...common, preBuild, doCheck: false }) },
    checks: { test: crane.cargoTest(common) },
  };
});
`,
  "tests/writes.rs": `#[test]
fn writes() {
    std::fs::write("tests/snapshot.new", "new").unwrap();
}
`,
};

function writesItsSource(sandbox: string): void {
  test("a build writes into its source, again after an edit, and the project stays as it is", async () => {
    using project = tempProject(files);
    project.lock();
    const says = async () => {
      const ran = await project.gantry(["run", "--sandbox", sandbox, "--log-format", "plain"]);
      return ran.status === 0 ? ran.out : ran.out + ran.err;
    };
    const before = readdirSync(project.root, { recursive: true }).sort();
    expect(await says()).toBe("new; first, changed; false\n");
    project.edit("src/changed.txt", "first", "second");
    expect(await says()).toBe("new; second, changed; false\n");
    project.edit("src/main.rs", "{there}", "[{there}]");
    expect(await says()).toBe("new; second, changed; [false]\n");
    const checked = await project.gantry(["check", "test", "--sandbox", sandbox, "--log-format", "plain"]);
    expect(checked.status, checked.out + checked.err).toBe(0);
    expect(readdirSync(project.root, { recursive: true }).sort()).toEqual(before);
    expect(project.read("src/changed.txt")).toBe("second\n");
    const verified = await project.gantry(["store", "verify"]);
    expect(verified.err).toContain("the store is whole");
  });
}

describeIsolated("in the sandbox", () => writesItsSource("full"));
describe("without one", () => writesItsSource("none"));
