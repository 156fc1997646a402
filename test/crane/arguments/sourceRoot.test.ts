import { expect, test } from "vitest";
import { stepKey } from "../../../src/engine/step/stepKey.ts";
import { libOf } from "../lib.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");
const inRust = { ...src, workspace: "rust" };

test("`sourceRoot` goes with the source wherever it is used, the dependency layer included", () => {
  const { mounts, workspace, targetDirectory } = lib.buildPackage({ src, sourceRoot: "rust" });
  expect({
    mounts,
    workspace,
    layer: [targetDirectory?.layer?.mounts, targetDirectory?.layer?.workspace],
  }).toEqual({
    mounts: {
      "/build/source": inRust,
      "/build/vendor": { type: "vendor", of: inRust },
      "/build/.cargo": { type: "vendor-config", of: inRust },
      "/build/toolchain": { type: "toolchain", request: { components: [], targets: [] } },
      "/usr": [{ type: "base-system" }],
    },
    workspace: "rust",
    layer: [{ ...mounts, "/build/source": { type: "dummy-source", of: inRust } }, "rust"],
  });
  const { workspace: ofFmt } = lib.cargoFmt({ src, sourceRoot: "rust" });
  expect(ofFmt).toBe("rust");
  expect(lib.mkDummySrc({ src, sourceRoot: "rust" })).toEqual({ type: "dummy-source", of: inRust });
  expect(lib.vendorCargoDeps({ src, sourceRoot: "rust" })).toEqual({ type: "vendor", of: inRust });
});

test.each([".", "./", "rust/.."])("`%s` is the source's root, as without it", (sourceRoot) => {
  expect(lib.cargoBuild({ src, sourceRoot }).workspace).toBeUndefined();
});

test.each(["./rust", "rust/", "other/../rust"])("`%s` is `rust`", (sourceRoot) => {
  expect(lib.cargoBuild({ src, sourceRoot }).workspace).toBe("rust");
});

test.each(["", "/rust", "..", "../rust", "rust/../.."])("`%s` is refused", (sourceRoot) => {
  expect(() => lib.cargoBuild({ src, sourceRoot })).toThrow(
    `\`sourceRoot\` of \`cargoBuild\` must be a directory within \`src\`, and is \`"${sourceRoot}"\``,
  );
});

test("where a step runs is part of its key", () => {
  const keyOf = (sourceRoot: string) =>
    stepKey(lib.cargoBuild({ src, sourceRoot }), { mounts: {}, sandbox: "none" });
  expect(keyOf("rust")).not.toBe(keyOf("."));
});
