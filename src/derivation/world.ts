/**
 * The paths of the world that a step runs in. They are the same on every machine and for every project, since
 * compilers and Cargo write them into what they make.
 */
export const world = {
  /** The source's root. What a step writes there is thrown away. */
  source: "/build/source",
  /** The vendored crates, each in a directory of its own. */
  vendor: "/build/vendor",
  /** Cargo's settings, which replace the locks' sources by the vendored crates. */
  cargoConfig: "/build/.cargo",
  /** Advisories about published crates, for the steps that ask for them. */
  advisories: "/build/advisory-db",
  /** What Gantry itself has found out, as text, where that is all that a step is about. */
  found: "/build/found",
  /** What an image is assembled of. */
  image: "/build/image",
  /** What starts test programs whose results are kept, see `Run`. */
  tests: "/build/tests",
  /** Nothing lies there: it stands for the processor in the steps that compile for just that one. */
  processor: "/build/processor",
  toolchain: "/build/toolchain",
  /** Cargo's target directory. */
  targetDirectory: "/build/target",
  /**
   * That of steps whose units are laid into directories of the user's, in which its path is then replaced by theirs, at the
   * same length: hence the long name. The system takes one of 255 bytes.
   */
  plainTarget: `/build/${"target-of-plain-cargo-".repeat(8)}`,
  /** What the step's output is made of. */
  out: "/build/out",
  /** A home directory that is empty when the step starts. */
  home: "/build/home",
  /** The base system, and native packages over it. */
  system: "/usr",
  /** Empty when the step starts. */
  temporary: "/tmp",
  /** Likewise. */
  sharedMemory: "/dev/shm",
} as const;

/**
 * The environment of every step that runs Cargo. It is part of the step's key like all that is declared.
 *
 * - `CARGO_BUILD_INCREMENTAL`: incremental compilation is off, since its state differs from run to run
 * - `SOURCE_DATE_EPOCH`: tools that stamp their output take this time (reproducible-builds.org)
 */
export const cargoEnvironment: Readonly<Record<string, string>> = {
  CARGO_BUILD_INCREMENTAL: "false",
  CARGO_HOME: `${world.home}/.cargo`,
  CARGO_NET_OFFLINE: "true",
  CARGO_TARGET_DIR: world.targetDirectory,
  HOME: world.home,
  LC_ALL: "C.UTF-8",
  out: world.out,
  PATH: `${world.toolchain}/bin:${world.system}/bin`,
  SOURCE_DATE_EPOCH: "1",
  TMPDIR: world.temporary,
  TZ: "UTC",
};
