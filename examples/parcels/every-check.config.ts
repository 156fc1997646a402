// `gantry.config.ts` with the checks of other programs besides, which Gantry builds from their crates first.

import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, pkgs, toolchains }) => {
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
      nextest: crane.cargoNextest({
        ...common,
        cargoArtifacts,
        cargoNextestExtraArgs: ["--workspace"],
        partitions: 2,
        partitionType: "hash",
      }),
      examples: crane.cargoDocTest(tested),
      coverage: withLlvmTools.cargoLlvmCov({
        ...common,
        cargoArtifacts,
        cargoLlvmCovExtraArgs: ["--workspace", "--lcov", "--output-path", "$out/coverage"],
      }),
      toml: crane.taploFmt({ src, taploExtraArgs: ["--option", "column_width=115"] }),
    },
  };
});
