import { expect, test } from "vitest";
import { secretInUrl } from "../../../src/fetch/git/gitSource.ts";
import { locked } from "./gitRig.ts";

const commit = "0123456789012345678901234567890123456789";

test.each([
  ["https://example.org/dep", false],
  ["https://me@dev.example.org/me/dep", false],
  ["ssh://git@example.org:2222/dep", false],
  ["https://example.org/dep@2", false],
  ["https://me:word@example.org/dep", true],
  ["https://:word@example.org/dep", true],
  ["https://ghp_0123456789@example.org/dep", true],
  ["https://0123456789abcdef0123456789abcdef@example.org/dep", true],
  ["ssh://git:word@example.org/dep", true],
])("`%s` holds a secret: %s", (url, is) => {
  expect(secretInUrl([locked("dep", "1.0.0", `git+${url}?branch=a:b@c#${commit}`)]) !== undefined).toBe(is);
});
