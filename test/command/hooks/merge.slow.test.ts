import { expect, test } from "vitest";
import { configurationWith, hookedProject, unformatted } from "./rig.ts";

test("the first commit of a repository, and a merge, have hooks as well", async () => {
  using project = await hookedProject();
  project.git("checkout", "-q", "--orphan", "other");
  project.write("src/main.rs", unformatted);
  project.git("add", "-A");
  expect(project.git("commit", "-m", "first")).toMatchObject({ status: 1 });
  // What comes from one side of a merge was looked at there, or nobody wanted to.
  project.git("checkout", "-qf", "main");
  project.git("checkout", "-qb", "side");
  project.write("src/side.rs", unformatted);
  project.write("conflict", "side\n");
  project.git("add", "-A");
  project.git("commit", "-q", "--no-verify", "-m", "side");
  project.git("checkout", "-q", "main");
  project.write("conflict", "main\n");
  project.git("add", "-A");
  project.git("commit", "-q", "-m", "main");
  expect(project.git("merge", "-q", "side")).toMatchObject({ status: 1 });
  const unmerged = await project.gantry(["hooks", "run"]);
  expect(unmerged.err).toContain("error[hooks-unmerged]: the index has files that are not merged yet");
  project.write("conflict", "both\n");
  project.git("add", "-A");
  const merged = project.git("commit", "-q", "-m", "merge");
  expect(merged, merged.said).toMatchObject({ status: 0 });
});

test("before a merge that git makes alone, what comes from one side was looked at as well", async () => {
  using project = await hookedProject({
    "gantry.config.ts": configurationWith('no: { entry: ["false"], stages: ["pre-merge-commit"] }'),
  });
  const commit = (file: string) => {
    project.write(file, "");
    project.git("add", "-A");
    project.git("commit", "-q", "-m", file);
  };
  project.git("checkout", "-qb", "side");
  commit("side");
  project.git("checkout", "-q", "main");
  commit("main");
  const merged = project.git("merge", "-q", "-m", "both", "side");
  expect([merged.status, merged.said.trim()]).toEqual([0, "Skipped no: no file for it"]);
});
