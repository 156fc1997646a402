// `gantry.config.ts` with the checks of other programs besides, which Gantry builds from their crates first. `advisory-db` is
// a directory here; a project of its own names a commit of the public one: docs/supply-chain.md.

import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, path, pkgs, toolchains, tools }) => {
  const src = fileset.union(
    crane.cleanCargoSource("."),
    fileset.include("proto/**", "crates/*/migrations/**"),
  );
  const common = {
    src,
    strictDeps: true,
    nativeBuildInputs: [pkgs.protobuf],
    env: { PROTOC: pkgs.protobuf.bin("protoc") },
  };
  const cargoArtifacts = crane.buildDepsOnly(common);
  const tested = { ...common, cargoArtifacts, cargoTestExtraArgs: ["--workspace"] };
  const withLlvmTools = crane.overrideToolchain(toolchains.stable("1.95.0", { components: ["llvm-tools"] }));

  return {
    packages: {},
    checks: {
      clippy: crane.cargoClippy({
        ...common,
        cargoArtifacts,
        cargoClippyExtraArgs: ["--workspace", "--all-targets", "--", "-D", "warnings"],
      }),
      fmt: crane.cargoFmt({ src }),
      nextest: crane.cargoNextest({
        ...common,
        cargoArtifacts,
        cargoNextestExtraArgs: ["--workspace"],
        partitions: 2,
        partitionType: "hash",
        keepTestResults: true,
      }),
      examples: crane.cargoDocTest(tested),
      coverage: withLlvmTools.cargoLlvmCov({
        ...common,
        cargoArtifacts,
        cargoLlvmCovExtraArgs: ["--workspace", "--lcov", "--output-path", "$out/coverage"],
      }),
      audit: crane.cargoAudit({ src, "advisory-db": path("advisory-db") }),
      deny: crane.cargoDeny({ src }),
      hakari: crane.cargoHakari(common),
      toml: crane.taploFmt({ src }),
    },
    devShells: { default: crane.devShell({ packages: [tools.cargoHakari(), tools.taplo()] }) },
  };
});
