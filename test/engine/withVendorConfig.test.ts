import { expect, test } from "vitest";
import type { Derivation } from "../../src/derivation/derivation.ts";
import { withVendorConfig } from "../../src/engine/withVendorConfig.ts";

const config = { type: "files", files: {} } as const;
const step: Derivation = {
  type: "derivation",
  name: "app",
  mounts: { "/build/.cargo": config },
  env: {},
  phases: [],
};

test.each([
  ["cargo build --locked", "cargo build --config /build/.cargo/config.toml --locked"],
  ["cargo clippy -- -D warnings", "cargo clippy --config /build/.cargo/config.toml -- -D warnings"],
  ["cargo --version", "cargo --version"],
  ["cargo", "cargo"],
  ["make build", "make build"],
])("%s becomes %s", (written, run) => {
  const [program = "", ...rest] = written.split(" ");
  expect(withVendorConfig(step, [program, ...rest]).join(" ")).toBe(run);
});

test("a step without vendored crates runs its commands as they are", () => {
  expect(withVendorConfig({ ...step, mounts: {} }, ["cargo", "build"])).toEqual(["cargo", "build"]);
});
