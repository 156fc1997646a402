import { expect, test } from "vitest";
import { followLinks } from "../../src/units/key/localSource.ts";

const links = new Map([
  ["a/file", "../shared/file"],
  ["a/directory", "../shared/deep"],
  ["a/absolute", "/build/source/shared"],
  ["a/outside", "/etc/passwd"],
  ["a/above", "../../elsewhere"],
  ["a/again", "file"],
  ["round", "round"],
]);

test.each<[string, string | undefined]>([
  ["a/plain", "a/plain"],
  ["./a//b/./c", "a/b/c"],
  ["a/b/../c", "a/c"],
  ["a/file", "shared/file"],
  ["a/again", "shared/file"],
  ["a/directory/x", "shared/deep/x"],
  // `..` goes up from where the link led.
  ["a/directory/../x", "shared/x"],
  ["a/absolute/x", "shared/x"],
  ["", ""],
  ["a/outside", undefined],
  ["a/above", undefined],
  ["../x", undefined],
  ["round", undefined],
])("`%s` leads to `%s`", (path, expected) => {
  expect(followLinks(links, path)).toBe(expected);
});
