/**
 * One line of Cargo's `--message-format json`
 * (https://doc.rust-lang.org/cargo/reference/external-tools.html).
 */
export type Message =
  | {
      readonly type: "compiler-artifact";
      readonly packageId: string;
      readonly target: MessageTarget;
      /** The test profile: the artifact is a test executable. */
      readonly test: boolean;
      /** The settings of the profile that messages show, to tell two compilations of one target apart. */
      readonly profile: MessageProfile;
      readonly features: readonly string[];
      /** Absolute. */
      readonly filenames: readonly string[];
      /** Of binaries and tests; also among `filenames`. */
      readonly executable?: string;
      /** It was there already and was not compiled. */
      readonly fresh: boolean;
    }
  | {
      readonly type: "build-script-executed";
      readonly packageId: string;
      readonly outDir: string;
      readonly linkedLibs: readonly string[];
      readonly linkedPaths: readonly string[];
      readonly cfgs: readonly string[];
    }
  | {
      readonly type: "compiler-message";
      readonly packageId: string;
      readonly target: MessageTarget;
      /** `error`, `warning`, `note`, `help`, … */
      readonly level: string;
      /** Without decoration, on one line. */
      readonly message: string;
      /** As rustc prints it; absent where Cargo did not ask for it. */
      readonly rendered?: string;
      /** `E0308`, `dead_code`, `clippy::needless_return` */
      readonly code?: string;
    }
  | { readonly type: "build-finished"; readonly success: boolean }
  /** What other versions of Cargo add. */
  | { readonly type: "other"; readonly reason: string };

export type MessageTarget = {
  readonly name: string;
  /** `["lib"]`, `["bin"]`, `["cdylib", "rlib"]`, `["custom-build"]`, … */
  readonly kind: readonly string[];
  readonly crateTypes: readonly string[];
  readonly srcPath: string;
};

/** A message that a unit is there, compiled just now or before. */
export type Artifact = Extract<Message, { readonly type: "compiler-artifact" }>;

/** `debuginfo` as text, since Cargo prints a number or a word. */
export type MessageProfile = {
  readonly optLevel: string;
  readonly debuginfo: string;
  readonly debugAssertions: boolean;
  readonly overflowChecks: boolean;
};
