import { expect, test } from "vitest";
import type { Derivation } from "../../../src/derivation/model.ts";
import { configuredArgv } from "../../../src/engine/step/configuredArgv.ts";

const config = { type: "files", files: {} } as const;
const step: Derivation = {
  type: "derivation",
  name: "app",
  mounts: { "/build/.cargo": config },
  env: {},
  phases: [],
};

const moved = ['[build]\nbuild-dir = "elsewhere"\n'];

test.each([
  ["cargo build --locked", "cargo build --config /build/.cargo/config.toml --locked"],
  ["cargo clippy -- -D warnings", "cargo clippy --config /build/.cargo/config.toml -- -D warnings"],
  ["cargo --version", "cargo --version"],
  ["cargo hakari verify", "cargo hakari verify"],
  ["cargo nextest run", "cargo nextest run --config /build/.cargo/config.toml"],
  ["cargo", "cargo"],
  ["make build", "make build"],
])("%s becomes %s", (written, run) => {
  const [program = "", ...rest] = written.split(" ");
  expect(configuredArgv(step, [], [program, ...rest]).join(" ")).toBe(run);
});

test("what one command is configured with besides comes last, also of a step without crates", () => {
  const more = ['target.a.runner="/run"'];
  const test = ["cargo", "test"] as const;
  expect(configuredArgv(step, [], test, more)).toEqual([
    ...["cargo", "test", "--config", "/build/.cargo/config.toml"],
    ...["--config", 'target.a.runner="/run"'],
  ]);
  expect(configuredArgv({ ...step, mounts: {} }, [], test, more)).toEqual([...test, "--config", more[0]]);
});

test("a build directory of the project is put back", () => {
  expect(configuredArgv(step, moved, ["cargo", "build", "--locked"])).toEqual([
    ...["cargo", "build", "--config", "/build/.cargo/config.toml"],
    ...["--config", 'build.build-dir="/build/target"', "--locked"],
  ]);
});

test("libraries are not named in dep-info, since times would decide on them", () => {
  const settings = ["[unstable]\nbinary-dep-depinfo = true\n"];
  expect(configuredArgv(step, settings, ["cargo", "build"])).toEqual([
    ...["cargo", "build", "--config", "/build/.cargo/config.toml"],
    ...["--config", "unstable.binary-dep-depinfo=false"],
  ]);
});

test("a step without vendored crates runs its commands as they are", () => {
  expect(configuredArgv({ ...step, mounts: {} }, moved, ["cargo", "build"])).toEqual(["cargo", "build"]);
});
