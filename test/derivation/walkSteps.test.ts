import { expect, test } from "vitest";
import { walkSteps } from "../../src/derivation/steps.ts";
import { outputOf, step } from "./steps.ts";

const names = (...roots: Parameters<typeof walkSteps>[0]) => walkSteps(roots).map(({ name }) => name);

test("every step once, after those that it needs", () => {
  const deps = step("deps");
  const targetDirectory = { layer: deps, plans: [], keep: "all" } as const;
  const app = step("app", { targetDirectory });
  const check = step("check", { targetDirectory, mounts: { "/build/app": [outputOf(app)] } });
  expect(names(check, app, deps)).toEqual(["deps", "app", "check"]);
});

test("steps that are described alike are one, steps that differ in anything are not", () => {
  const keep = (path: string) => path.endsWith(".rs");
  const filtered = (filter: (path: string) => boolean) =>
    step("a", {
      mounts: { "/build/source": { type: "source", root: ".", filter: { kind: "where", keep: filter } } },
    });
  expect(names(step("a"), step("a"))).toEqual(["a"]);
  expect(names(filtered(keep), filtered(keep))).toEqual(["a"]);
  expect(
    names(
      step("a"),
      step("a", { env: { A: "1" } }),
      filtered(keep),
      filtered(() => true),
    ),
  ).toEqual([..."aaaa"]);
  const without = (word: string) => filtered((path) => !path.includes(word));
  expect(names(without("a"), without("b"))).toEqual(["a", "a"]);
  expect(
    names(
      step("b", { mounts: { "/x": outputOf(step("a")) } }),
      step("b", { mounts: { "/x": outputOf(step("a")) } }),
    ),
  ).toEqual(["a", "b"]);
});
