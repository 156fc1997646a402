import { expect, test } from "vitest";
import { cases } from "../../bench/cases.ts";
import { figures } from "../../bench/figures.ts";
import { projects } from "../../bench/projects.ts";

test("every project has the cases that its sources allow", () => {
  const plan = projects.map((project) => [
    project.name,
    cases.filter((one) => one.applies?.(project) ?? true).map(({ name }) => name),
  ]);

  const before = ["cold", "vendor", "no-op", "leaf edit"];
  const after = ["README edit", "version bump", "second checkout", "add a crate"];
  const offline = after.filter((name) => name !== "add a crate");
  expect(Object.fromEntries(plan)).toEqual({
    ripgrep: [...before, ...after],
    "fd-find": [...before, ...after],
    just: [...before, "library edit", ...after],
    parcels: [...before, "library edit", "member edit", ...after],
    workspace: [...before, "library edit", "member edit", ...after],
    "ripgrep-workspace": [...before, "member edit", ...after],
    xh: [...before, ...after],
    synthetic: [...before, "library edit", "member edit", ...offline],
    "many-files": [...before, ...offline],
  });
});

test("what is measured of Gantry alone, by project", () => {
  const plan = figures.map((one) => [one.name, projects.filter(one.applies).map(({ name }) => name)]);

  expect(Object.fromEntries(plan)).toEqual({
    "other project": ["fd-find"],
    memory: ["ripgrep", "workspace", "many-files"],
    plan: ["synthetic"],
    restore: ["xh", "synthetic"],
    scan: ["many-files"],
    store: ["ripgrep", "workspace", "synthetic"],
  });
});
