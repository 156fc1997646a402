import { expect, test } from "vitest";
import { holds } from "../../src/cargo/config/cfg.ts";

const linux = new Set(["unix", 'target_os="linux"', 'target_arch="aarch64"', 'target_env=""']);

test.each([
  ["cfg(unix)", true],
  ["cfg(windows)", false],
  ['cfg(target_os = "linux")', true],
  ['cfg(target_env = "")', true],
  ['cfg(target_os = "none")', false],
  ['cfg(all(unix, target_arch = "aarch64"))', true],
  ['cfg(all(target_arch = "arm", target_os = "none"))', false],
  ["cfg(any(windows, not(unix)))", false],
  ["cfg(any(windows, all(unix, not(windows)),))", true],
  ["cfg(all())", true],
  ["cfg(any())", false],
  ["cfg(true)", true],
])("%s: %s", (condition, isTrue) => {
  expect(holds(condition, linux)).toBe(isTrue);
});
