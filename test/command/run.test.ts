import { afterAll, expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[workspace]\nmembers = ["app", "tools"]\nresolver = "3"\n',
  "app/Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n',
  "app/src/main.rs": "fn main() {}\n",
  "tools/Cargo.toml":
    '[package]\nname = "tools"\nversion = "0.1.0"\nedition = "2024"\n\n[[bin]]\nname = "migrate"\npath = "migrate.rs"\n',
  "tools/migrate.rs": 'compile_error!("this is not to be built");\n',
  "tools/src/bin/serve/main.rs": "fn main() {}\n",
});
project.lock();
afterAll(() => project[Symbol.dispose]());

test("a program that no package has is refused before anything is built, and which was meant is said", async () => {
  expect(await project.gantry(["run", "--bin", "migrat", "--log-format", "plain"])).toMatchObject({
    status: 2,
    err:
      "error[program-missing]: `project` has no program `migrat`\n" +
      "  = note: it has `app`, `migrate`, `serve`\n" +
      "  = help: did you mean `migrate`?\n",
  });
  const { err } = await project.gantry(["run", "--bin", "nonsense", "--log-format", "plain"]);
  expect(err).toContain("  = help: choose one: gantry run --bin NAME\n");
  // What Cargo knows is for Cargo to build.
  const built = await project.gantry(["run", "--bin", "migrate", "--log-format", "plain"]);
  expect(built.err).toContain("this is not to be built");
});

test("what a hook installs is no package's, and is found when it is there", async () => {
  using own = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n',
    "src/main.rs": "fn main() {}\n",
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => ({
  packages: {
    default: crane.buildPackage({
      src: crane.cleanCargoSource("."),
      doCheck: false,
      postInstall: "printf '#!/bin/sh\\necho hooked\\n' > $out/bin/hooked; chmod +x $out/bin/hooked",
    }),
  },
}));
`,
  });
  own.lock();
  const ran = await own.gantry(["run", "-q", "--bin", "hooked"]);
  expect(ran, ran.err).toMatchObject({ status: 0, out: "hooked\n" });
});
