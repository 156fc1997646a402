/** A target of a package: something Cargo can compile by itself. */
export type Target = {
  readonly kind: TargetKind;
  /** As Cargo reports it: a library's has `_` where the package's has `-`. */
  readonly name: string;
  /** Relative to the package's directory. */
  readonly path: string;
  /** `lib`, `rlib`, `cdylib`, `staticlib`, `proc-macro`, `bin`, … */
  readonly crateTypes: readonly string[];
  readonly edition: string;
  readonly requiredFeatures: readonly string[];
  /** False: the target brings its own `main` for tests. */
  readonly harness: boolean;
  /** Whether `cargo test` builds it as a test. */
  readonly test: boolean;
};

export type TargetKind = "lib" | "bin" | "example" | "test" | "bench" | "custom-build";
