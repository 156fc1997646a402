/**
 * What of the generated workspace can be edited: a number is written into a file, a flag adds or removes
 * something.
 */
export type State = {
  /** `base/src/lib.rs`; 2 makes rustc warn. */
  readonly base: number;
  /** `base/src/part.rs`, or `base/src/part/mod.rs` where it was moved. */
  readonly part: number;
  readonly isPartMoved: boolean;
  /** `base/note.txt`, which `base` includes. */
  readonly note: number;
  /** `base/src/spare.rs`, which no `mod` names. */
  readonly hasSpareFile: boolean;
  /** `shared/real.txt`, which `base` includes by way of the link `base/linked.txt`. */
  readonly behindLink: number;
  /** The feature of `base` that `mid` turns on. */
  readonly isLoud: boolean;
  /** What the macros of `macros` add to what they read. */
  readonly macros: number;
  /** `mid/data.txt` and `app/data.txt`, which the macro reads in the package that uses it. */
  readonly midData: number;
  readonly appData: number;
  /** `shared/common.txt`, in no package, which the macro reads as well. */
  readonly commonData: number;
  /** `mid/src/lib.rs` has another comment. */
  readonly hasComment: boolean;
  /** `mid/build.rs` itself, `mid/seed.txt` that it says it reads, and the variable that it says it reads. */
  readonly script: number;
  readonly seed: number;
  readonly greeting: number;
  /**
   * A variable that the dependency layer does not have, which `base` asks for with `option_env!`, and the
   * macro and both build scripts read without saying so.
   */
  readonly whisper: number;
  /** `app` has a build script. */
  readonly hasAppScript: boolean;
  /** `loose/info.txt`, read by a build script that does not say so. */
  readonly info: number;
  /** `loose/Cargo.toml`: something that only its build script could read. */
  readonly metadata: number;
  readonly app: number;
  readonly main: number;
  /** The unit test, the integration test and the example of `app`. */
  readonly unitTest: number;
  readonly integrationTest: number;
  readonly example: number;
  /** `clippy.toml` allows fewer arguments than a function of `base` has. */
  readonly isStrict: boolean;
  readonly hasExtraMember: boolean;
  /** `app` depends on the registry's `added`. */
  readonly usesAdded: boolean;
  /** The version of `leaf` in the lock, and its feature. */
  readonly leaf: number;
  readonly hasLeafMore: boolean;
  /** `[workspace.metadata]`, which the build script of `quiet` reads and does not say so. */
  readonly workspaceNote: number;
  /**
   * Whether `shared/parts` has a second file, and whether there is `shared/wanted.txt`: the macro and the build script of
   * `quiet` look, and do not say so.
   */
  readonly hasPart: boolean;
  readonly hasWanted: boolean;
  /** `quiet/arguments.txt`, which the linker reads, and `quiet/assembly.txt`, which the assembler does. */
  readonly linkerArguments: number;
  readonly assembly: number;
  /** Patch of `workspace.package.version`, which `app` and `mid` inherit. */
  readonly version: number;
  readonly description: number;
  /** `[lints]` of `base`, which Cargo's plan does not show. */
  readonly hasLints: boolean;
  /** A setting of `[profile.dev]`. */
  readonly checksOverflow: boolean;
};

export const initial: State = {
  base: 0,
  part: 0,
  isPartMoved: false,
  note: 0,
  hasSpareFile: false,
  behindLink: 0,
  isLoud: false,
  macros: 0,
  midData: 0,
  appData: 0,
  commonData: 0,
  hasComment: false,
  script: 0,
  seed: 0,
  greeting: 0,
  whisper: 0,
  hasAppScript: false,
  info: 0,
  metadata: 0,
  app: 0,
  main: 0,
  unitTest: 0,
  integrationTest: 0,
  example: 0,
  isStrict: false,
  hasExtraMember: false,
  usesAdded: false,
  leaf: 0,
  hasLeafMore: false,
  workspaceNote: 0,
  hasPart: false,
  hasWanted: false,
  linkerArguments: 0,
  assembly: 0,
  version: 0,
  description: 0,
  hasLints: false,
  checksOverflow: true,
};
