import { expect, test } from "vitest";
import { fromRepository } from "../../../src/crane/vendor/fromRepository.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const from = (source: string, repository: `${string}/${string}` = "github.com/myorg/my-dep") =>
  fromRepository(repository)({ name: "a", version: "1.0.0", source: `git+${source}` });

test.each([
  `https://github.com/myorg/my-dep#${commit}`,
  `https://github.com/myorg/my-dep.git?branch=main#${commit}`,
  `https://github.com/myorg/my-dep/?tag=v1%2F2#${commit}`,
  `https://token@github.com/myorg/my-dep#${commit}`,
  `https://GitHub.com:443/MyOrg/my-dep#${commit}`,
  `ssh://git@github.com/myorg/my-dep.git#${commit}`,
  `ssh://git@github.com:22/myorg/my-dep#${commit}`,
  `https://github.com/myorg/my%2Ddep#${commit}`,
  `git@github.com:myorg/my-dep.git?rev=0123#${commit}`,
])("%s is `github.com/myorg/my-dep`", (source) => {
  expect(from(source)).toBe(true);
});

test.each([
  `https://github.com/myorg/my-dep-2#${commit}`,
  `https://github.com/other/my-dep#${commit}`,
  `https://gitlab.com/myorg/my-dep#${commit}`,
  `https://github.com/fork/myorg/my-dep#${commit}`,
  `https://example.org/github.com/myorg/my-dep#${commit}`,
  `https://github.com/myorg/other?branch=github.com/myorg/my-dep#${commit}`,
])("%s is not", (source) => {
  expect(from(source)).toBe(false);
});

test("a repository may be written as a URL", () => {
  for (const url of ["https://github.com/myorg/my-dep.git", "ssh://git@github.com/myorg/my-dep"] as const)
    expect(from(`https://github.com/myorg/my-dep#${commit}`, url)).toBe(true);
});

test("paths of other hosts differ by case, and by port", () => {
  expect(from(`https://h.example/Org/dep#${commit}`, "h.example/Org/dep")).toBe(true);
  expect(from(`https://h.example/org/dep#${commit}`, "h.example/Org/dep")).toBe(false);
  expect(from(`ssh://git@h.example:2222/Org/dep#${commit}`, "h.example:2222/Org/dep")).toBe(true);
});

test("a crate of a registry comes from no repository", () => {
  const registry = {
    name: "a",
    version: "1.0.0",
    source: "registry+https://github.com/myorg/my-dep",
  } as const;
  expect(fromRepository("github.com/myorg/my-dep")(registry)).toBe(false);
});

test("of a checkout's packages", () => {
  const entry = {
    name: "a",
    version: "1.0.0",
    source: `git+https://github.com/myorg/my-dep#${commit}`,
  } as const;
  expect(fromRepository("github.com/myorg/my-dep")([entry, { ...entry, name: "b" }])).toBe(true);
});
