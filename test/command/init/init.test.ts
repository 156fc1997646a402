import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { launcher } from "../../rig/gantry.ts";
import { type TempProject, tempProject } from "../../rig/tempProject.ts";

const manifest = (name: string, more = "") =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2024"\n${more}`;

/** A project in a git repository, with a lock. */
function projectOf(files: Readonly<Record<string, string>>): TempProject {
  const project = tempProject({ ".git/HEAD": "ref: refs/heads/main\n", ...files });
  onTestFinished(() => project[Symbol.dispose]());
  project.lock();
  return project;
}

const app = { "Cargo.toml": manifest("app"), "src/main.rs": "fn main() {}\n" };

/** Every file of the project, but for those of git and the types for editors. */
function filesOf({ root }: TempProject): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
    .filter((path) => !/^\.git\/|^\.gantry\//.test(path));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

test("`--yes` writes a configuration, types and lines for git, and says so; once more, it changes nothing", async () => {
  const project = projectOf({ ...app, ".gitignore": "target" });
  const before = filesOf(project);
  const first = await project.gantry(["init", "--yes"]);
  expect([first.status, first.out, first.err]).toEqual([
    0,
    "",
    `       Found package \`app\`, program \`app\`
       Found Cargo.lock: 0 crates
     Created gantry.config.ts
     Created .gantry/gantry.d.ts: for editors
     Changed .gitignore: /result, /result-*, /.gantry/
note: look at \`gantry.config.ts\`, \`.gitignore\`, commit, and run: gantry check
`,
  ]);
  const after = filesOf(project);
  expect(after).toEqual({
    ...before,
    ".gitignore": "target\n/result\n/result-*\n/.gantry/\n",
    "gantry.config.ts": expect.stringContaining("fileset.automatic()"),
  });
  const second = await project.gantry(["init", "--yes"]);
  expect([second.status, second.err.split("\n").slice(2)]).toEqual([
    0,
    [
      "note: `gantry.config.ts` is there already, and stays as it is",
      "note: nothing to do: all of it is there",
      "",
    ],
  ]);
  expect(filesOf(project)).toEqual(after);
});

test("`--dry-run` prints a diff and writes nothing", async () => {
  const project = projectOf({ ...app, "Cargo.toml": manifest("app", "\n[dependencies] # none\n") });
  const before = filesOf(project);
  const { status, out } = await project.gantry(["init", "--yes", "--dry-run", "--pedantic"]);
  expect(status).toBe(0);
  expect(out).toContain("--- /dev/null\n+++ b/gantry.config.ts\n@@ -0,0 +1,");
  expect(out.slice(out.indexOf("--- a/Cargo.toml"))).toBe(`--- a/Cargo.toml
+++ b/Cargo.toml
@@ -4,3 +4,6 @@
 edition = "2024"
 
 [dependencies] # none
+
+[lints.clippy]
+pedantic = { level = "warn", priority = -1 }
`);
  expect(filesOf(project)).toEqual(before);
  expect(existsSync(join(project.root, ".gantry"))).toBe(false);
});

test.each([
  ["lto = true", 1],
  ['lto = "thin"', 1],
  ['lto = "off"', 0],
  ["codegen-units = 1", 0],
] as const)(
  "with `%s` in the release profile it says what that means for tests, or nothing",
  async (line, times) => {
    const project = projectOf({ ...app, "Cargo.toml": manifest("app", `\n[profile.release]\n${line}\n`) });
    const { err, out } = await project.gantry(["init", "--yes", "--dry-run"]);
    expect([
      err.split("Found lto in ").length - 1,
      out.split("`lto` has each test program").length - 1,
    ]).toEqual([times, times]);
  },
);

test("a toolchain that the package requires a newer one of is told at once", async () => {
  const project = projectOf({ ...app, "Cargo.toml": manifest("app", 'rust-version = "1.999"\n') });
  const { err, status } = await project.gantry(["init", "--yes"]);
  expect(err).toMatch(
    /^warning\[rust-version\]: `app` requires Rust 1\.999, and the toolchain is [\d.]+\n {2}= help: use a newer one, /m,
  );
  expect(status).toBe(0);
});

test("run in a member's directory, it writes to the workspace's, where the lints are shared", async () => {
  const project = projectOf({
    "Cargo.toml": '[workspace]\r\nmembers = ["a", "b", "c"]\r\nresolver = "3"\r\n',
    "a/Cargo.toml": manifest("a"),
    "a/src/lib.rs": "",
    "b/Cargo.toml": manifest("b", '\n[lints.rust]\nunsafe_code = "forbid" # never\n'),
    "b/src/lib.rs": "",
    "c/Cargo.toml": manifest("c", "\n[lints]\nworkspace = true\n"),
    "c/src/lib.rs": "",
  });
  const { status, err, out } = await project.gantry(["init", "--yes", "--pedantic", "--dry-run"], {
    cwd: join(project.root, "a"),
  });
  expect([status, err]).toEqual([
    0,
    expect.stringContaining("a workspace of 3 packages: `a`, `b`, `c`, no programs\n"),
  ]);
  expect(out.replaceAll("\r", "")).toContain(`--- a/Cargo.toml
+++ b/Cargo.toml
@@ -1,3 +1,6 @@
 [workspace]
 members = ["a", "b", "c"]
 resolver = "3"
+
+[workspace.lints.clippy]
+pedantic = { level = "warn", priority = -1 }
--- a/a/Cargo.toml
+++ b/a/Cargo.toml
@@ -2,3 +2,6 @@
 name = "a"
 version = "0.1.0"
 edition = "2024"
+
+[lints]
+workspace = true
--- a/b/Cargo.toml
+++ b/b/Cargo.toml
@@ -5,3 +5,6 @@
 
 [lints.rust]
 unsafe_code = "forbid" # never
+
+[lints.clippy]
+pedantic = { level = "warn", priority = -1 }
`);
  expect(out).not.toContain("c/Cargo.toml");
});

test.each([
  ["without a manifest", () => tempProject({ "src/main.rs": "" }), "manifest-missing"],
  ["without a lock", () => tempProject(app), "lock-missing"],
  [
    "with a manifest that is no TOML",
    () => {
      const project = projectOf(app);
      project.write("Cargo.toml", "[package\n");
      return project;
    },
    "toml-syntax",
  ],
  [
    "with `lints.workspace = false`",
    () => projectOf({ ...app, "Cargo.toml": manifest("app", "\n[lints]\nworkspace = false\n") }),
    "lints-workspace-false",
  ],
  [
    "with a directory in the place of the configuration",
    () => {
      const project = projectOf(app);
      mkdirSync(join(project.root, "gantry.config.ts"));
      return project;
    },
    "not-a-file",
  ],
  [
    "with a configuration that cannot be read",
    () => projectOf({ ...app, "gantry.config.ts": "export default 1 +\n" }),
    "configuration-syntax",
  ],
  [
    "with a file in the place of the types' directory",
    () => projectOf({ ...app, ".gantry": "" }),
    "not-a-directory",
  ],
  [
    "with a read-only manifest",
    () => {
      const project = projectOf(app);
      chmodSync(join(project.root, "Cargo.toml"), 0o444);
      return project;
    },
    "read-only",
  ],
])("%s, it says so and changes nothing", async (_, make, code) => {
  const project = make();
  onTestFinished(() => project[Symbol.dispose]());
  const before = filesOf(project);
  const { status, events } = await project.gantry(["init", "--yes", "--pedantic", "--log-format", "json"]);
  expect(events.filter(({ type }) => type === "diagnostic").map((event) => event.code)).toEqual([code]);
  expect(status).not.toBe(0);
  expect(filesOf(project)).toEqual(before);
});

test("a manifest that a container mounts cannot be replaced: it says so and changes nothing", async () => {
  const project = projectOf(app);
  const before = filesOf(project);
  const mounting = 'mount --bind Cargo.toml Cargo.toml && exec "$@"';
  const { status, err } = await project.gantry(["init", "--yes", "--pedantic", "-q"], {
    through: ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounting, "sh"],
  });
  expect([status, err.split("\n").slice(0, 3)]).toEqual([
    1,
    [
      "error[write-failed]: `Cargo.toml` could not be written",
      "  = note: every file is as it was",
      "  = help: it is mounted there, as in a container, and cannot be replaced: work where Cargo.toml is no mount",
    ],
  ]);
  expect(filesOf(project)).toEqual(before);
});

test("without a terminal and without `--yes` it asks nobody, and says what to do", async () => {
  const project = projectOf(app);
  const before = filesOf(project);
  const { status, err } = await project.gantry(["init"]);
  expect([status, err.split("\n").slice(2)]).toEqual([
    2,
    [
      "error[init-unattended]: `gantry init` has questions, and there is no terminal to ask them on",
      "  = note: nothing was changed",
      "  = help: take the defaults: gantry init --yes",
      "  = help: see what they are: gantry init --yes --dry-run",
      "",
    ],
  ]);
  expect(filesOf(project)).toEqual(before);
});

test("in a new clone, any command that reads the configuration puts the types back", async () => {
  const project = projectOf(app);
  await project.gantry(["init", "--yes"]);
  const types = project.read(".gantry/gantry.d.ts");
  rmSync(join(project.root, ".gantry"), { recursive: true });
  await project.gantry(["show"]);
  expect(project.read(".gantry/gantry.d.ts")).toBe(types);
});

test("a new `.gitignore` names Cargo's own directory as well, and one that is there is left to name it", async () => {
  const project = projectOf(app);
  await project.gantry(["init", "--yes"]);
  expect(project.read(".gitignore")).toBe("/target\n/result\n/result-*\n/.gantry/\n");
  project.write(".gitignore", "*.bak\n");
  await project.gantry(["init", "--yes"]);
  expect(project.read(".gitignore")).toBe("*.bak\n/result\n/result-*\n/.gantry/\n");
});

test("outside of a git repository nothing is written for git", async () => {
  const project = tempProject(app);
  onTestFinished(() => project[Symbol.dispose]());
  project.lock();
  const { err } = await project.gantry(["init", "--yes"]);
  expect(err).toContain("note: the project is in no git repository, so there is no `.gitignore` to add to\n");
  expect(existsSync(join(project.root, ".gitignore"))).toBe(false);
});

const questions = ["Which checks", "Add Clippy's pedantic", "Write `.github/workflows/gantry.yml`"];

/** Runs `gantry init` on a terminal of its own (`script`, of util-linux), and types a key for each question. */
async function typed(project: TempProject, keys: readonly string[], asked: readonly string[] = questions) {
  const command = `stty cols 80 rows 24; ${launcher} init --store ${project.store}`;
  const child = execa("script", ["-qec", command, "/dev/null"], {
    cwd: project.root,
    env: { ...project.env, TERM: "xterm", CI: "", NO_COLOR: "1" },
    extendEnv: false,
    reject: false,
    all: true,
    timeout: 30_000,
  });
  let shown = "";
  const waiting: { text: string; done: () => void }[] = [];
  child.all.on("data", (text: Buffer) => {
    shown += text.toString();
    for (const each of waiting) if (shown.includes(each.text)) each.done();
  });
  for (const [index, key] of keys.entries()) {
    const text = asked[index] ?? "";
    if (!shown.includes(text)) await new Promise<void>((done) => waiting.push({ text, done }));
    child.stdin.write(key);
  }
  const { exitCode } = await child;
  return { exitCode, shown };
}

const [enter, space, controlC] = ["\r", " ", "\x03"];

test("on a terminal it asks which checks there are to be, and whether Clippy is to be pedantic", async () => {
  const project = projectOf(app);
  // Takes the first check away, and so Clippy with its question.
  const { exitCode, shown } = await typed(project, [space + enter, enter], questions.toSpliced(1, 1));
  expect([exitCode, shown]).toEqual([0, expect.stringContaining("Created gantry.config.ts")]);
  expect(project.read("gantry.config.ts")).not.toContain("cargoClippy");
  expect(project.read("gantry.config.ts")).toContain("fmt: crane.cargoFmt({ src }),");
});

test("with the defaults it writes what `--yes` writes", async () => {
  const [one, other] = [projectOf(app), projectOf(app)];
  expect((await typed(one, [enter, enter, enter])).exitCode).toBe(0);
  await other.gantry(["init", "--yes"]);
  expect(filesOf(one)).toEqual(filesOf(other));
});

const pipeline = ".github/workflows/gantry.yml";

test("a pipeline is written for who answers yes, of what is written with it: it is not stale", async () => {
  const project = projectOf(app);
  const { exitCode, shown } = await typed(project, [enter, enter, `y${enter}`]);
  expect([exitCode, shown]).toEqual([0, expect.stringContaining(`Created ${pipeline}: commit it`)]);
  expect(await project.gantry(["eject", "ci", "--check"])).toMatchObject({ status: 0 });
});

test("`--ci` has it written without a question, and beside a configuration that is there", async () => {
  const project = projectOf({ ...app, ".gitlab-ci.yml": "stages: []\n" });
  const { out } = await project.gantry(["init", "--yes", "--ci", "github", "--dry-run"]);
  expect(out).toContain(`--- /dev/null\n+++ b/${pipeline}\n`);
  // Nobody has asked for one.
  await project.gantry(["init", "--yes"]);
  expect(Object.keys(filesOf(project)).filter((path) => path.includes("gantry.yml"))).toEqual([]);
  const added = await project.gantry(["init", "--ci", "gitlab"]);
  expect([added.status, added.err]).toEqual([
    0,
    expect.stringContaining("Created .gitlab/gantry.yml: include it in `.gitlab-ci.yml`, commit it"),
  ]);
  expect(await project.gantry(["eject", "ci", "--check"])).toMatchObject({ status: 0 });
  const again = await project.gantry(["init", "--ci", "gitlab"]);
  expect(again.err).toContain("note: nothing to do: all of it is there\n");
});

test("where the pipeline would lie lies something else: nothing is written", async () => {
  const project = projectOf({ ...app, [pipeline]: "name: mine\n" });
  const before = filesOf(project);
  const { status, err } = await project.gantry(["init", "--yes", "--ci", "github"]);
  expect([status, err]).toEqual([1, expect.stringContaining("error[eject-foreign]")]);
  expect(filesOf(project)).toEqual(before);
});

test.each([
  ["at the first question", [controlC]],
  ["at the second", [enter, controlC]],
  ["at the third", [enter, enter, controlC]],
])("Ctrl-C %s ends it, and changes nothing", async (_, keys) => {
  const project = projectOf(app);
  const before = filesOf(project);
  const { exitCode, shown } = await typed(project, keys);
  expect([exitCode, shown]).toEqual([130, expect.stringContaining("stopped; nothing was changed")]);
  expect(filesOf(project)).toEqual(before);
});
