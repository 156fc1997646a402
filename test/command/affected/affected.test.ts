import { afterAll, expect, test } from "vitest";
import { gitRepository } from "../../rig/gitRepository.ts";
import { tempProject } from "../../rig/tempProject.ts";

const member = (name: string, more = "") =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n${more}`;
const project = tempProject({
  "Cargo.toml": '[workspace]\nmembers = ["app", "core", "tool"]\nresolver = "2"\n',
  "app/Cargo.toml": member("app", 'core = { path = "../core" }\n'),
  "app/src/main.rs": "fn main() {}\n",
  "core/Cargo.toml": member("core"),
  "core/src/lib.rs": "",
  "tool/Cargo.toml": member("tool"),
  "tool/src/main.rs": "fn main() {}\n",
  "README.md": "Hello\n",
  motd: "Hello\n",
  "gantry.config.ts": `
import { defineProject } from "gantry";
export default defineProject(({ crane, fileset }) => {
  const tool = fileset.difference(crane.cleanCargoSource("."), fileset.include("app/src", "core/src"));
  const app = crane.buildPackage({ src: crane.cleanCargoSource("."), cargoExtraArgs: ["--locked", "-p", "app"] });
  const tools = crane.buildPackage({ src: tool, cargoExtraArgs: ["--locked", "-p", "tool"] });
  return {
    packages: { app },
    images: {
      app: crane.ociImage({ contents: [app] }),
      tools: crane.ociImage({ contents: [tools, fileset.include("motd")] }),
    },
    checks: { fmt: crane.cargoFmt({ src: tool }) },
  };
});
`,
});
project.lock();
const { git, commit } = gitRepository(project.root);
commit({});
afterAll(() => project[Symbol.dispose]());

const affected = async (...more: string[]) => {
  const ran = await project.gantry(["affected", "-q", "--color", "never", ...more]);
  return ran.status === 0 ? ran.out.trim() : ran.err.trim();
};

test("what an edit can touch, and nothing is built for it", async () => {
  expect(await affected("--since", "HEAD")).toBe("");
  project.edit("README.md", "Hello", "Bye");
  expect(await affected("--since", "HEAD")).toBe("");
  project.edit("core/src/lib.rs", "", "pub fn f() {}\n");
  expect(await affected("--since", "HEAD")).toBe(
    ["member app (depends on core)", "member core (core/src/lib.rs)", "package app", "image app"].join("\n"),
  );
  expect(await affected("--since", "HEAD", "--format", "github")).toBe(
    ['members=["app","core"]', "checks=[]", 'packages=["app"]', 'images=["app"]'].join("\n"),
  );
  expect(git("diff", "--name-only", "HEAD")).toBe("README.md\ncore/src/lib.rs");
  git("checkout", "-q", "core/src/lib.rs");
  project.edit("motd", "Hello", "Bye");
  expect(await affected("--since", "HEAD")).toBe(
    ["member app (motd)", "member core (motd)", "member tool (motd)", "image tools"].join("\n"),
  );
});

test("what is not committed counts, and a note names what builds read of it", async () => {
  const notes = async () => {
    const ran = await project.gantry(["affected", "--color", "never", "--since", "HEAD"]);
    return ran.err.split("\n").filter((line) => line.startsWith("note:"));
  };
  git("checkout", "-q", ".");
  project.edit("README.md", "Hello", "Bye");
  expect(await notes()).toEqual(["note: nothing differs from `HEAD` that a build reads"]);
  for (const name of ["a", "b", "c"]) project.write(`app/src/${name}.rs`, "");
  git("add", "app/src/a.rs");
  project.edit("tool/src/main.rs", "fn", "pub fn");
  project.edit("core/src/lib.rs", "", "pub fn f() {}\n");
  expect(await notes()).toEqual([
    "note: what is not committed counts, too: `app/src/a.rs`, `app/src/b.rs`, `app/src/c.rs`, and 2 more",
  ]);
  git("reset", "-q", "--hard");
  git("clean", "-q", "-f", "app");
});

test("where the project of the commit cannot be read, all is affected", async () => {
  project.write("gantry.config.ts", "export default 1;\n");
  git("commit", "-q", "-a", "-m", "broken");
  git("checkout", "-q", "HEAD~1", "--", "gantry.config.ts");
  expect(await affected("--since", "HEAD", "--format", "github")).toBe(
    ['members=["app","core","tool"]', 'checks=["fmt"]', 'packages=["app"]', 'images=["app","tools"]'].join(
      "\n",
    ),
  );
});

test("a commit that there is not, and none named", async () => {
  expect(await affected("--since", "nowhere")).toContain(
    "error[revision-unknown]: git knows no commit `nowhere` here",
  );
  expect(await affected()).toContain("error[usage]: `gantry affected` needs a commit to compare with");
});
