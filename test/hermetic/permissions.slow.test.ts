import { expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";
import { describeIsolated } from "./describeIsolated.ts";
import { startedBy, users } from "./user.ts";

/** Takes all permissions from what it leaves, twice the same file in a directory that nobody may change. */
const script = `use std::{env, fs, os::unix::fs::PermissionsExt, path::Path};
fn shut(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR").unwrap();
    let out = Path::new(&out);
    for name in ["fixed", "closed"] {
        fs::create_dir(out.join(name)).unwrap();
        for file in ["a", "b"] {
            fs::write(out.join(name).join(file), "the same").unwrap();
        }
    }
    fs::write(out.join("unreadable"), "1").unwrap();
    shut(&out.join("unreadable"), 0);
    shut(&out.join("fixed"), 0o555);
    shut(&out.join("closed"), 0);
}
`;

describeIsolated("what a build leaves without permissions", () => {
  test.each(users)("is kept all the same, when it is built by %s", async (user) => {
    using project = tempProject({
      "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
      "Cargo.lock": 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n',
      "build.rs": script,
      "src/main.rs": 'fn main() { println!("first"); }\n',
      "gantry.config.ts": `import { defineProject } from "gantry";
export default defineProject(({ crane }) => ({
  packages: {
    default: crane.buildPackage({
      src: crane.cleanCargoSource("."),
      doCheck: false,
      preBuild: "mkdir made && touch made/file && chmod 0 made",
      postBuild: "mkdir $out/bin $out/closed && touch $out/closed/file && chmod 0 $out/closed && chmod 555 $out/bin",
      postInstall: "install -m 555 $out/bin/app $out/bin/again",
    }),
  },
}));
`,
    });
    const started = startedBy(user, project);
    const built = async () => {
      const ran = await project.gantry(["run", "--sandbox", "full", "--log-format", "plain"], started);
      return { status: ran.status, out: ran.out, err: ran.err };
    };
    expect(await built()).toMatchObject({ status: 0, out: "first\n" });
    project.edit("build.rs", "fn main() {", "fn main() { // again");
    project.edit("src/main.rs", "first", "second");
    expect(await built()).toMatchObject({ status: 0, out: "second\n" });
  });
});
