import { expect, test } from "vitest";
import { absoluteOutLink } from "../../../src/command/with/composedProject.ts";

test.each<[string, string]>([
  ["build", "build"],
  ["build --out-link x", "build --out-link /home/me/x"],
  ["build --out-link=../x -q", "build --out-link=/home/x -q"],
  ["build --out-link /tmp/x", "build --out-link /tmp/x"],
  ["-C app build --out-link x", "-C app build --out-link /home/me/app/x"],
  ["build --out-link x --directory=/app", "build --out-link /app/x --directory=/app"],
  ["build --out-link", "build --out-link"],
])("`%s` acts elsewhere as `%s`", (words, expected) => {
  expect(absoluteOutLink(words.split(" "), "/home/me").join(" ")).toBe(expected);
});
