import { expect, test } from "vitest";
import { commandConfigs } from "../../../src/units/key/cargoSettings.ts";

test.each<[Record<string, string>, string]>([
  [{ RUSTFLAGS: "-C link-arg=-Tld.x" }, 'build.rustflags = "-C link-arg=-Tld.x"'],
  [{ CARGO_ENCODED_RUSTFLAGS: "-C\x1flink-arg=a" }, 'build.rustflags = "-C link-arg=a"'],
  [{ CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER: "tools/ld" }, 'build.rustc-wrapper = "tools/ld"'],
  [{ CARGO_BUILD_RUSTC: "tools/rustc.sh" }, 'build.rustc-wrapper = "tools/rustc.sh"'],
  [{ RUSTC_WRAPPER: "tools/wrap.sh" }, 'build.rustc-wrapper = "tools/wrap.sh"'],
  [{ CONF: "/build/source/a.txt" }, 'env."CONF" = "/build/source/a.txt"'],
])("%j", (env, text) => {
  expect(commandConfigs({ env })).toEqual([{ file: ".cargo/config.toml", text }]);
});

test("arguments", () => {
  const plans = [["build", "--config", "build.rustc-wrapper='a/b'", "-Z", "unstable-options"]];
  expect(
    commandConfigs({ env: {}, targetDirectory: { plans, keep: "all" } }).map(({ text }) => text),
  ).toEqual(["build.rustc-wrapper='a/b'"]);
});
