import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { below, type Content, library } from "../../rig/gitRepository.ts";
import { gitRig, locked } from "./gitRig.ts";

const dep = (place: string) => below(place, library("dep", "1.0.0", `// ${place}\n`));

const workspace = (members: string) => ({ "Cargo.toml": `[workspace]\nmembers = [${members}]\n` });

const user = (name: string, dependencies: string) => ({
  ...library(name, "1.0.0"),
  "Cargo.toml": `${library(name, "1.0.0")["Cargo.toml"]}${dependencies}`,
});

/** What a repository has that holds one package several times, and which of them it is. */
const cases: readonly (readonly [what: string, files: Record<string, Content>, taken: string])[] = [
  [
    "depth before breadth",
    { ...workspace('"dep"'), ...dep("a/b/c/dep"), ...dep("dep"), ...dep("z") },
    "a/b/c/dep",
  ],
  ["not what is hidden", { ...workspace('"dep"'), ...dep(".a/dep"), ...dep("dep") }, "dep"],
  ["not `target` beside a manifest", { ...workspace('"z"'), ...dep("target/dep"), ...dep("z") }, "z"],
  ["`target` elsewhere", { ...dep("a/target/dep"), ...dep("z") }, "a/target/dep"],
  [
    "what a package on the way names by its path",
    {
      ...dep("b/dep"),
      ...dep("z/dep"),
      ...below("a", user("user", '[dev-dependencies]\ndep = { path = "../z/dep" }\n')),
    },
    "z/dep",
  ],
  [
    "dependencies before those for building, and before those of a platform",
    {
      ...dep("w"),
      ...dep("x"),
      ...dep("y"),
      ...below(
        "a",
        user(
          "user",
          '[target."cfg(unix)".dependencies]\ndep-1 = { path = "../w", package = "dep" }\n[build-dependencies]\ndep-2 = { path = "../x", package = "dep" }\n[dependencies]\ndep-3 = { path = "../y", package = "dep" }\n',
        ),
      ),
    },
    "y",
  ],
  [
    "by a path that the workspace has",
    {
      "Cargo.toml": '[workspace]\nmembers = ["a", ".h"]\n[workspace.dependencies]\ndep = { path = ".h" }\n',
      ...dep(".h"),
      ...dep("z"),
      ...below("a", user("user", "[dependencies]\ndep.workspace = true\n")),
    },
    ".h",
  ],
];

test.each(cases)(
  "of a package that a repository has twice, the one that Cargo takes: %s",
  async (_, files, taken) => {
    await using it = gitRig();
    const repository = it.repository("dep");
    const commit = repository.commit(files);
    const url = `file://${repository.directory}`;
    it.write(
      "workspace/Cargo.toml",
      `[package]\nname = "app"\nversion = "0.1.0"\n[dependencies]\ndep = { git = "${url}" }\n`,
    );
    it.write("workspace/src/lib.rs", "");
    const metadata: { packages: { name: string; manifest_path: string }[] } = JSON.parse(
      execFileSync("cargo", ["metadata", "--format-version=1"], {
        cwd: it.workspace,
        env: it.env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    const manifest = metadata.packages.find(({ name }) => name === "dep")?.manifest_path;
    expect(manifest).toMatch(new RegExp(`/${join(taken, "Cargo.toml").replaceAll(".", "\\.")}$`));
    expect(await it.vendor([locked("dep", "1.0.0", `git+${url}#${commit}`)])).toMatchObject({
      "dep 1.0.0": { "src/lib.rs": `// ${taken}\n` },
    });
  },
);
