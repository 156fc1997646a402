import { expect, test } from "vitest";
import { resolveLink } from "../../../src/fetch/links.ts";

const links = new Map([
  ["a", "dir/file"],
  ["dir/up", "../other"],
  ["dir/out", "../../x"],
  ["absolute", "/etc"],
  ["first", "second"],
  ["second", "first"],
  ["root", "."],
]);

test.each([
  ["plain/file", "plain/file"],
  ["a", "dir/file"],
  ["dir/up/deep", "other/deep"],
  // The parent of what a link leads to, not of the link.
  ["dir/up/../x", "x"],
  ["dir/out", undefined],
  ["absolute", undefined],
  ["first", undefined],
  ["root", ""],
  ["root/root/a", "dir/file"],
])("`%s` leads to `%s`", (path, end) => {
  expect(resolveLink(path, links)).toBe(end);
});
