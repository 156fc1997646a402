import { expect, test } from "vitest";
import { redact } from "../../src/cargo/redact.ts";

const cases: readonly (readonly [string, string])[] = [
  ['git = "https://ghp_1@github.com/a/b"', 'git = "https://*****@github.com/a/b"'],
  ['git = "https://me:pw@h/a"', 'git = "https://*****@h/a"'],
  ['git = "ssh://git@h/a"', 'git = "ssh://git@h/a"'],
  ['git = "ssh://git:pw@h/a"', 'git = "ssh://git:**@h/a"'],
  ['token = "abc"', "token = *****"],
  ['name = "a" # me@example.com', 'name = "a" # me@example.com'],
];

test.each(cases)("%s", (line, expected) => {
  expect(redact(line)).toBe(expected);
});
