import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { configurationWith, hookedProject } from "../command/hooks/rig.ts";

test("the hooks are written as local ones, and a file that somebody else wrote is left alone", async () => {
  using project = await hookedProject(
    {
      "gantry.config.ts": configurationWith(`
        rustfmt: { excludes: ["^gen/", "x$"] },
        quotes: { entry: ["sh", "-c", "echo 'it is'"], files: "^src/", types: ["text"], stages: ["manual"] },
      `),
    },
    { install: false },
  );
  const ran = await project.gantry(["eject", "pre-commit"]);
  expect(ran.err).toBe(
    "note: wrote `.pre-commit-config.yaml`: commit it; each clone installs the hooks by: pre-commit install\n",
  );
  expect(
    project.read(".pre-commit-config.yaml"),
  ).toBe(`# Written by \`gantry eject pre-commit\`. Do not edit: change the description and run it again.
repos:
  - repo: local
    hooks:
      - id: rustfmt
        name: rustfmt
        description: format Rust code
        language: system
        entry: cargo fmt --all
        files: "\\\\.rs$"
        exclude: "(?:^gen/)|(?:x$)"
        pass_filenames: false
        stages: [pre-commit]
      - id: quotes
        name: quotes
        language: system
        entry: "sh -c 'echo '\\\\''it is'\\\\'''"
        files: "^src/"
        types: [text]
        stages: [manual]
`);
  project.write(".pre-commit-config.yaml", "repos: []\n");
  const foreign = await project.gantry(["eject", "pre-commit"]);
  expect(foreign.err).toContain("error[eject-foreign]: `.pre-commit-config.yaml` was not written by");
  expect(project.read(".pre-commit-config.yaml")).toBe("repos: []\n");
});

test("of a project below the top, hooks look at its files, and run in it", async () => {
  using project = await hookedProject(
    {
      "Cargo.toml": "",
      "a tool/Cargo.toml": '[package]\nname = "tool"\nversion = "0.1.0"\n',
      "a tool/src/main.rs": "fn main() {}\n",
      "a tool/gantry.config.ts": configurationWith(`
        rustfmt: true,
        list: { entry: ["printf", "<%s>"], files: "^src/" },
      `),
    },
    { install: false },
  );
  const ran = await project.gantry(["eject", "pre-commit", "-C", "a tool"]);
  expect(ran.status, ran.err).toBe(0);
  const text = project.read(".pre-commit-config.yaml");
  const field = (name: string) =>
    [...text.matchAll(new RegExp(`^ +${name}: (.*)$`, "gm"))].map(([, value = ""]) =>
      value.startsWith('"') ? JSON.parse(value) : value,
    );
  expect(field("files")).toEqual(["^a tool/(?:.*?)(?:\\.rs$)", "^a tool/src/"]);
  const [format, list] = field("entry");
  expect(format).toBe("sh -c 'cd '\\''a tool'\\'' && exec cargo fmt --all'");
  const said = execFileSync("sh", ["-c", `${list} 'a tool/src/main.rs' 'a tool/x y'`], { cwd: project.root });
  expect(String(said)).toBe("<src/main.rs><x y>");
});
