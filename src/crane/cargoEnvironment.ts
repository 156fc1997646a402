/**
 * The environment of every step that runs Cargo. It is part of the step's key like all that is declared.
 *
 * - `CARGO_BUILD_INCREMENTAL`: incremental compilation is off, since its state differs from run to run
 * - `SOURCE_DATE_EPOCH`: tools that stamp their output take this time (reproducible-builds.org)
 */
export const cargoEnvironment: Readonly<Record<string, string>> = {
  CARGO_BUILD_INCREMENTAL: "false",
  CARGO_HOME: "/build/home/.cargo",
  CARGO_NET_OFFLINE: "true",
  CARGO_TARGET_DIR: "/build/target",
  HOME: "/build/home",
  LC_ALL: "C.UTF-8",
  out: "/build/out",
  PATH: "/build/toolchain/bin:/usr/bin",
  SOURCE_DATE_EPOCH: "1",
  TMPDIR: "/tmp",
  TZ: "UTC",
};
