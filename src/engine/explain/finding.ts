/** What the log of a failed step, or what was seen of it, says about causes that the sandbox knows. */
export type Explanation = { readonly notes: readonly string[]; readonly help: readonly string[] };

/** What a cause sees of a failed step. */
export type FailedLog = {
  /** The log without colours, its lines without the indentation that Cargo gives them. */
  readonly text: string;
  /** What a complaint names, in all places where one of the complaints stands: the first group of its pattern. */
  readonly namedBy: (complaints: readonly RegExp[]) => string[];
  /** Absolute paths that the step was seen to write to and may not, the last first. */
  readonly writes: readonly ForbiddenWrite[];
  /** The panics in it, with the code that panicked. */
  readonly panics: readonly Panic[];
};

/** `isMissing`: so is the directory that the file was to lie in. */
type ForbiddenWrite = { readonly path: string; readonly isMissing: boolean };

export type Panic = {
  readonly message: string;
  /** The lines of Rust up to where it happened, the last one included; empty where they cannot be found. */
  readonly code: string;
};

/** Why a step failed, in the sandbox's terms, and what to declare. */
export type Finding = {
  /** One sentence. */
  readonly note: string;
  /** What `nativeBuildInputs` lacks, as one writes it: `pkgs.cmake`. */
  readonly inputs?: readonly string[];
  /** What `buildInputs` lacks: `pkgs.zlib`. */
  readonly libraries?: readonly string[];
  /** Variables that `env` lacks. */
  readonly variables?: readonly string[];
  /** What to do where nothing can be declared. */
  readonly help?: string;
};

/** Recognises one cause in a log; nothing where it is not that. */
export type Cause = (log: FailedLog) => readonly Finding[];
