import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { describeWhere } from "../rig/describeWhere.ts";
import { nightlyNeed } from "../rig/nightly.ts";
import { tempProject } from "../rig/tempProject.ts";
import { crates, workspace } from "./workspace.ts";

/**
 * Takes the variable below, which Cargo of the stable channel heeds only since 1.100, where it is the
 * default.
 */
describeWhere(nightlyNeed, "in Cargo's new target directory", () => {
  const configuration = String(workspace["gantry.config.ts"])
    .replace("env: {}", 'env: { CARGO_UNSTABLE_BUILD_DIR_NEW_LAYOUT: "true" }')
    .replace(/clippy: .*\n\s*fmt: .*\n/, "");
  const files = { ...workspace, "gantry.config.ts": configuration };
  const project = tempProject(files, { crates });
  afterAll(() => project[Symbol.dispose]());
  beforeAll(() => project.lock());

  async function compiles(...words: string[]): Promise<Record<string, string[]>> {
    const ran = await project.gantry([...words, "--log-format", "json"], {
      env: { RUSTUP_TOOLCHAIN: "nightly" },
    });
    expect(ran.status, ran.out + ran.err).toBe(0);
    return compiledUnits(ran.events);
  }

  test("each unit is one directory below `build/`, and is kept", async () => {
    expect(await compiles("build")).toEqual({
      "app-deps": [
        ...["derive proc-macro build", "leaf lib build", "middle lib build"],
        ...["scripted custom-build build", "scripted lib build"],
      ],
      app: ["app bin build", "helper lib build"],
    });
    const trees = join(project.store, "trees");
    const below = (path: string) =>
      readdirSync(trees).flatMap((tree) => {
        const directory = join(trees, tree, path);
        return existsSync(directory) ? readdirSync(directory) : [];
      });
    expect([...new Set(below("release/build"))].sort()).toEqual(
      ["app", "derive", "helper", "leaf", "middle", "scripted"].sort(),
    );
    expect(below("release/.fingerprint")).toEqual([]);
  });

  test("after an edit of `main.rs`: that program", async () => {
    project.edit("app/src/main.rs", "fn main", "// edited\nfn main");
    expect(await compiles("build")).toEqual({ app: ["app bin build"] });
  });

  test("after a dependency's feature was turned on: that crate and what depends on it", async () => {
    project.edit("helper/Cargo.toml", 'leaf = "1"', 'leaf = { version = "1", features = ["more"] }');
    expect(await compiles("build")).toEqual({
      "app-deps": ["leaf lib build", "middle lib build"],
      app: ["app bin build", "helper lib build"],
    });
  });

  test("the tests compile the members' tests alone", async () => {
    expect(await compiles("check", "test")).toEqual({ "app-test": ["app bin test", "helper lib test"] });
  });
});
