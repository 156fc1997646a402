import { expect, test } from "vitest";
import { followLinks, linksAmong, linksOnDisk } from "../../src/tree/links.ts";
import { tree } from "../project/tree.ts";

const links = new Map([
  ["a", "dir/file"],
  ["dir/up", "../other"],
  ["dir/again", "up"],
  ["dir/out", "../../x"],
  ["dir/etc", "/etc/passwd"],
  ["dir/source", "/build/source/shared"],
  ["dir/sourced", "/build/sourced"],
  ["empty", ""],
  ["first", "second"],
  ["second", "first"],
  ["root", "."],
]);

test.each<[string, string | undefined]>([
  ["plain/file", "plain/file"],
  ["./plain//b/./c", "plain/b/c"],
  ["plain/../c", "c"],
  ["", ""],
  ["a", "dir/file"],
  ["dir/up/deep", "other/deep"],
  ["dir/again", "other"],
  // The parent of what a link leads to, not of the link.
  ["dir/up/../x", "x"],
  ["dir/out", undefined],
  ["../x", undefined],
  ["dir/etc", undefined],
  ["dir/source", undefined],
  ["empty", undefined],
  ["first", undefined],
  ["root", ""],
  ["root/root/a", "dir/file"],
])("`%s` leads to `%s`", (path, end) => {
  expect(followLinks(links, path)).toBe(end);
});

test.each<[string, string | undefined]>([
  ["dir/source/x", "shared/x"],
  ["dir/sourced/x", undefined],
  ["dir/etc", undefined],
  ["dir/out", undefined],
])("where links are followed at `/build/source`, `%s` leads to `%s`", (path, end) => {
  expect(followLinks(links, path, "/build/source")).toBe(end);
});

test.each<[string, string]>([
  ["dir/source/x", "build/source/shared/x"],
  ["dir/etc", "etc/passwd"],
  ["dir/out", "x"],
])("in a whole file system, `%s` leads to `%s`", (path, end) => {
  expect(followLinks(links, path, "")).toBe(end);
});

test("a path may lead over 40 links, as on Linux", () => {
  const chain = new Map(Array.from({ length: 50 }, (_, index) => [`l${index}`, `l${index + 1}`]));
  expect(followLinks(chain, "l10")).toBe("l50");
  expect(followLinks(chain, "l9")).toBeUndefined();
});

test("the links of a list of files, and those on disk", () => {
  using project = tree({ "a/file": "", "a/link": { link: "file" } });
  const listed = linksAmong([
    { path: "a/file", type: "file" },
    { path: "a/link", type: "symlink", target: "file" },
  ]);
  const onDisk = linksOnDisk(project.path);
  expect([...listed]).toEqual([["a/link", "file"]]);
  expect(["a", "a/file", "a/link", "gone"].map((path) => onDisk.get(path))).toEqual([
    undefined,
    undefined,
    "file",
    undefined,
  ]);
});
