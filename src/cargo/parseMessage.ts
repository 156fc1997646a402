import type { Message, MessageProfile, MessageTarget } from "./message.ts";

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
