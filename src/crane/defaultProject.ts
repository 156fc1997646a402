import type { NativePackage, Source } from "../derivation/model.ts";
import type { Lib } from "./mkLib.ts";
import type { Project } from "./project.ts";

/**
 * What a Cargo project offers without a configuration: its binaries, and Clippy, formatting and tests as
 * checks. Its source is all that git does not ignore, but what no build reads; its native inputs are what the
 * lock's crates are known to need.
 */
export function defaultProject(lib: Lib, nativeBuildInputs: readonly NativePackage[]): Project {
  const src: Source = { type: "source", root: ".", filter: { kind: "automatic" } };
  const common = { src, nativeBuildInputs };
  const cargoArtifacts = lib.buildDepsOnly(common);
  const layered = { ...common, cargoArtifacts };
  const everything = ["--workspace", "--all-targets"];
  return {
    packages: { default: lib.buildPackage({ ...layered, doCheck: false }) },
    checks: {
      clippy: lib.cargoClippy({
        ...layered,
        cargoClippyExtraArgs: [...everything, "--", "--deny", "warnings"],
      }),
      fmt: lib.cargoFmt({ src }),
      test: lib.cargoTest({ ...layered, cargoTestExtraArgs: ["--workspace"] }),
    },
  };
}
