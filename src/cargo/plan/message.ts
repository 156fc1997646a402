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
      /** The main place that it is about. */
      readonly place?: MessagePlace;
    }
  | { readonly type: "build-finished"; readonly success: boolean }
  /** What other versions of Cargo add. */
  | { readonly type: "other"; readonly reason: string };

/** A stretch of code. Lines and columns count from 1, columns in characters of Unicode; the end is behind the last one. */
type MessagePlace = {
  /** As rustc was told it: relative to the workspace, or absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
};

type MessageTarget = {
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

/**
 * Reads one line of `--message-format json`; undefined for lines that are no message, which programs that
 * Cargo runs may print in between.
 *
 * Called for every line of every build. It does not verify types field by field: what is missing or of
 * another type reads as empty.
 */
export function parseMessage(line: string): Message | undefined {
  if (!line.startsWith('{"reason":')) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(json)) return undefined;
  const reason = text(json.reason);
  switch (reason) {
    case "compiler-artifact":
      return artifact(json);
    case "build-script-executed":
      return {
        type: reason,
        packageId: text(json.package_id),
        outDir: text(json.out_dir),
        linkedLibs: texts(json.linked_libs),
        linkedPaths: texts(json.linked_paths),
        cfgs: texts(json.cfgs),
      };
    case "compiler-message":
      return compilerMessage(json);
    case "build-finished":
      return { type: reason, success: json.success === true };
    default:
      return { type: "other", reason };
  }
}

type Json = Readonly<Record<string, unknown>>;

function artifact(json: Json): Message {
  const executable = json.executable;
  return {
    type: "compiler-artifact",
    packageId: text(json.package_id),
    target: targetOf(json.target),
    test: fields(json.profile).test === true,
    profile: profileOf(fields(json.profile)),
    features: texts(json.features),
    filenames: texts(json.filenames),
    ...(typeof executable === "string" && { executable }),
    fresh: json.fresh === true,
  };
}

function compilerMessage(json: Json): Message {
  const message = fields(json.message);
  const rendered = message.rendered;
  const code = fields(message.code).code;
  return {
    type: "compiler-message",
    packageId: text(json.package_id),
    target: targetOf(json.target),
    level: text(message.level),
    message: text(message.message),
    ...(typeof rendered === "string" && { rendered }),
    ...(typeof code === "string" && { code }),
    ...placeOf(message.spans),
  };
}

/** Code of a macro lies elsewhere, as in the standard library: then the place is where it was called. */
function placeOf(spans: unknown): { place?: MessagePlace } {
  const all = Array.isArray(spans) ? spans.map(fields) : [];
  let span = all.find((each) => each.is_primary === true) ?? all[0];
  for (let up = span; up; up = isObject(up.expansion) ? fields(up.expansion.span) : undefined) {
    if (!text(up.file_name).startsWith("/")) {
      span = up;
      break;
    }
  }
  if (!span) return {};
  const count = (value: unknown): number => (typeof value === "number" ? value : 1);
  return {
    place: {
      file: text(span.file_name),
      line: count(span.line_start),
      column: count(span.column_start),
      endLine: count(span.line_end),
      endColumn: count(span.column_end),
    },
  };
}

function targetOf(value: unknown): MessageTarget {
  const json = fields(value);
  return {
    name: text(json.name),
    kind: texts(json.kind),
    crateTypes: texts(json.crate_types),
    srcPath: text(json.src_path),
  };
}

function profileOf(json: Json): MessageProfile {
  return {
    optLevel: text(json.opt_level),
    debuginfo: String(json.debuginfo ?? 0),
    debugAssertions: json.debug_assertions === true,
    overflowChecks: json.overflow_checks === true,
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function fields(value: unknown): Json {
  return isObject(value) ? value : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** Whether rustdoc wrote it: Cargo names the start page, `…/doc/serde/index.html` (seen with Cargo 1.95). */
export function isDocumentation({ filenames }: Artifact): boolean {
  return filenames.length > 0 && filenames.every((file) => file.endsWith("/index.html"));
}
