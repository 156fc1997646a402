import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, pkgs }) => {
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
  // The tests are a check of their own, so that building does not wait for them.
  const parcels = crane.buildPackage({ ...common, cargoArtifacts, doCheck: false });

  return {
    packages: { default: parcels },
    checks: {
      parcels,
      clippy: crane.cargoClippy({
        ...common,
        cargoArtifacts,
        cargoClippyExtraArgs: ["--workspace", "--all-targets", "--", "-D", "warnings"],
      }),
      fmt: crane.cargoFmt({ src }),
      tests: crane.cargoTest({ ...common, cargoArtifacts, cargoTestExtraArgs: ["--workspace"] }),
    },
    // What git runs before a commit, after `gantry hooks install`.
    hooks: crane.preCommit({ src, hooks: { rustfmt: true } }),
  };
});
