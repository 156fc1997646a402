import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findProject } from "../../src/project/findProject.ts";
import { notesOfSettingsAbove } from "../../src/project/settingsAbove.ts";
import { tempProject } from "../rig/tempProject.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { writeFiles } from "../rig/writeFiles.ts";

const manifest = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n';

/** What is said of a tree whose project is `repo/app`, in a git repository `repo`, with Cargo's home `home`. */
function notes(files: Readonly<Record<string, string>>, source = "repo/app") {
  const base = mkdtempSync(join(tmpdir(), "gantry-settings-"));
  try {
    writeFiles(base, { "repo/app/Cargo.toml": manifest, "repo/app/Cargo.lock": "version = 4\n", ...files });
    const project = findProject(join(base, "repo/app"), { CARGO_HOME: join(base, "home") });
    const all = notesOfSettingsAbove(valueOfResult(project), [join(base, source)]);
    return all.map((note) => note.replace(base, ""));
  } finally {
    rmSync(base, { recursive: true });
  }
}

const git = { "repo/.git/HEAD": "ref: refs/heads/main\n" };
const flags = '[build]\nrustflags = ["--cfg", "fast"]\n';
const text =
  "`/repo/.cargo/config.toml` lies above the project, so that no build sees its `[build]`, which plain Cargo obeys; to have it: move it to `.cargo/config.toml` of the project";

test("settings above the project in its repository are named, with their tables", () => {
  expect(notes({ ...git, "repo/.cargo/config.toml": flags })).toEqual([text]);
  const several = `${flags}[env]\nA = "b"\n[alias]\nx = "run"\n`;
  expect(notes({ ...git, "repo/.cargo/config.toml": several })).toEqual([
    text.replace("`[build]`", "`[build]`, `[env]`"),
  ]);
});

test.each([
  ["outside the repository", { ...git, ".cargo/config.toml": flags }],
  ["where there is no repository", { "repo/.cargo/config.toml": flags }],
  ["in Cargo's home", { ...git, "home/config.toml": flags }],
  ["in the project itself", { ...git, "repo/app/.cargo/config.toml": flags }],
  ["that git ignores", { ...git, "repo/.gitignore": ".cargo\n", "repo/.cargo/config.toml": flags }],
  ["that change no result", { ...git, "repo/.cargo/config.toml": '[build]\njobs = 1\n[alias]\nx = "run"\n' }],
  ["that a build takes from there", { ...git, "repo/.cargo/config.toml": '[registries.r]\nindex = "x"\n' }],
  ["that Cargo does not understand", { ...git, "repo/.cargo/config.toml": "[build\n" }],
])("nothing is said of settings %s", (_, files) => {
  expect(notes(files)).toEqual([]);
});

test("nothing is said where the source begins above them", () => {
  expect(notes({ ...git, "repo/.cargo/config.toml": flags }, "repo")).toEqual([]);
});

test("it is said once, and again when it changes", async () => {
  using project = tempProject({ "Cargo.toml": manifest, "src/lib.rs": "" }, { directory: "repo/app" });
  project.lock();
  project.write("../.git/HEAD", "ref: refs/heads/main\n");
  project.write("../.cargo/config.toml", flags);
  const said = async () => {
    const { events } = await project.gantry(["show", "--log-format", "json"]);
    const base = project.root.slice(0, -"/repo/app".length);
    return events.flatMap(({ type, text }) => (type === "note" ? [String(text).replace(base, "")] : []));
  };
  expect([await said(), await said()]).toEqual([[text], []]);
  project.write("../.cargo/config.toml", `${flags}[env]\nA = "b"\n`);
  expect(await said()).toEqual([text.replace("`[build]`", "`[build]`, `[env]`")]);
});
