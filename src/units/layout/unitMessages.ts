import {
  type Artifact,
  isDocumentation,
  type Message,
  type MessageProfile,
  parseMessage,
} from "../../cargo/plan/message.ts";
import type { Unit } from "../../cargo/plan/unitGraph.ts";
import { parsePackageId } from "../../cargo/sourceId.ts";
import { world } from "../../derivation/world.ts";

/** A unit as people speak of it. */
export type UnitName = {
  readonly package: string;
  readonly version: string;
  /** `lib`, `bin`, `proc-macro`, `custom-build`, … */
  readonly target: string;
  /** `build`, `check`, `test`, `doc`, `run-custom-build`. */
  readonly mode: string;
};

/** One of a list of units that have to be compiled. */
export type MissingUnit = UnitName & {
  /** The places in the list of those that come before it. */
  readonly needs: readonly number[];
};

/** What it is of its package, as `gantry why` and all messages say it: `lib`, `bin, test`, `test`, `build script`. */
export function unitKind({ target, mode }: UnitName): string {
  if (target === "custom-build") return "build script";
  return mode === "build" || mode === target ? target : `${target}, ${mode}`;
}

/** What people call a unit that is planned. */
export function nameOfUnit(unit: Unit): UnitName {
  const { name, version } = unit.package;
  return { package: name, version, target: unit.target.kind[0] ?? "", mode: unit.mode };
}

/** The run of a build script that a message tells of: just now, or before, which Cargo does not say. */
export function runOfMessage(message: Message): UnitName | undefined {
  const id = message.type === "build-script-executed" ? parsePackageId(message.packageId) : undefined;
  const run = { target: "custom-build", mode: "run-custom-build" };
  return id && { package: id.name, version: id.version, ...run };
}

/** The unit that a message says was compiled or run just now; undefined for what was fresh, and other messages. */
export function nameOfMessage(message: Message): UnitName | undefined {
  return message.type === "compiler-artifact" && !message.fresh ? nameOfArtifact(message) : undefined;
}

/** The same of one that Cargo tells of; undefined where its package has no name that is known. */
export function nameOfArtifact(artifact: Artifact): UnitName | undefined {
  const id = parsePackageId(artifact.packageId);
  return (
    id && {
      package: id.name,
      version: id.version,
      target: artifact.target.kind[0] ?? "",
      mode: modeOf(artifact),
    }
  );
}

function modeOf(artifact: Artifact): string {
  if (artifact.test) return "test";
  if (isDocumentation(artifact)) return "doc";
  return artifact.filenames.every((file) => file.endsWith(".rmeta")) ? "check" : "build";
}

const target = `${world.targetDirectory}/`;

/** A unit that a message reports. */
export type ReportedUnit = {
  /** What the message and the planned unit have in common. Few units share one. */
  readonly signature: string;
  /** `release`, or `<triple>/release`. */
  readonly root: string;
  /** Cargo's hash in the names of the unit's files; absent where they have none: programs, `cdylib`s. */
  readonly hash?: string;
  /** Where all files of the unit lie, in Cargo's new layout: `serde/0f684f4fb369afbd`. */
  readonly directory?: string;
  readonly test: boolean;
  /** It was there already. */
  readonly fresh: boolean;
};

/** What Cargo's messages will show of a unit that is planned. */
export function signatureOfUnit(unit: Unit): string {
  if (unit.mode === "run-custom-build") return runSignature(unit.packageId);
  const { profile } = unit;
  const shown: MessageProfile = {
    optLevel: String(profile.opt_level),
    debuginfo: String(profile.debuginfo ?? 0),
    debugAssertions: profile.debug_assertions === true,
    overflowChecks: profile.overflow_checks === true,
  };
  const { name, srcPath, kind } = unit.target;
  const checked = unit.mode === "check";
  const parts = [unit.packageId, name, srcPath, kind, shown, unit.features, checked];
  return signature([...parts, unit.isArtifact === true]);
}

/** Undefined for messages that report no unit. */
export function signatureOfMessage(message: Message): ReportedUnit | undefined {
  if (message.type === "build-script-executed") {
    const place = placeOfFile(message.outDir);
    return place && { signature: runSignature(message.packageId), test: false, fresh: false, ...place };
  }
  if (message.type !== "compiler-artifact" || isDocumentation(message)) return undefined;
  const { packageId, profile, features, filenames, test, fresh } = message;
  const place = filenames.map(placeOfFile).find((each) => each !== undefined);
  if (!place) return undefined;
  const checked = filenames.every((file) => file.endsWith(".rmeta"));
  const { name, srcPath, kind } = message.target;
  const isArtifact = kind.includes("bin") && filenames.some(isArtifactDependency);
  const parts = [packageId, name, srcPath, kind, profile, features, checked, isArtifact];
  return { signature: signature(parts), test, fresh, ...place };
}

function signature(parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

function runSignature(packageId: string): string {
  return `run ${packageId}`;
}

/**
 * What a file's path says of where its unit lies; undefined outside of the target directory.
 * `…/release/deps/libserde-0f68.rlib`, `…/release/build/serde-0f68/out` and `…/release/deps/artifact/tool-0f68/bin/tool`
 * name their unit; `…/release/app` does not.
 */
export function placeOfFile(file: string): Pick<ReportedUnit, "root" | "hash" | "directory"> | undefined {
  if (!file.startsWith(target)) return undefined;
  const path = file.slice(target.length);
  const whole = /^(.+?)\/build\/([^/]+\/[0-9a-f]{16})\//.exec(path);
  if (whole) return { root: whole[1] ?? "", directory: whole[2] ?? "" };
  const built = /^(.+?)\/(?:build|deps\/artifact)\/[^/]+-([0-9a-f]{16})\//.exec(path);
  const found = built ?? /^(.+)\/(?:deps|examples)\/[^/]+-([0-9a-f]{16})(?:\.[^/]+)?$/.exec(path);
  if (found) return { root: found[1] ?? "", hash: found[2] ?? "" };
  const plain = /^(.+?)\/(?:(?:deps|examples)\/)?[^/]+$/.exec(path);
  return plain ? { root: plain[1] ?? "" } : undefined;
}

/** A file that Cargo reported, and the directory of the output that it belongs in. */
type InstalledFile = {
  readonly directory: "bin" | "lib";
  readonly file: string;
  /** As Cargo writes it, with the package's directory. */
  readonly packageId: string;
};

/**
 * What of Cargo's artifacts is installed: executables of the project's own packages that are neither tests, benches,
 * examples, build scripts nor artifact dependencies, and its libraries for other programs: `cdylib`, `dylib` and
 * `staticlib`. Crane's `installFromCargoBuildLog` chooses likewise, and of the libraries only those of members.
 */
export function installedFiles(messages: readonly string[]): InstalledFile[] {
  const files = new Map<string, InstalledFile>();
  for (const line of messages) {
    const message = parseMessage(line);
    if (message?.type !== "compiler-artifact" || message.test) continue;
    const { packageId, executable, filenames } = message;
    if (!packageId.includes("path+file://")) continue;
    const { kind, crateTypes } = message.target;
    if (kind.includes("bin") && executable && !isArtifactDependency(executable))
      files.set(executable, { directory: "bin", file: executable, packageId });
    if (kind.includes("proc-macro") || !crateTypes.some((type) => linkedByOthers.has(type))) continue;
    for (const file of filenames) {
      if (/\.(so|a|wasm)$/.test(file) && !isArtifactDependency(file))
        files.set(file, { directory: "lib", file, packageId });
    }
  }
  return [...files.values()];
}

const linkedByOthers: ReadonlySet<string> = new Set(["cdylib", "dylib", "staticlib"]);

/** Whether a file is for the package that depends on it alone (RFC 3028), in either layout. */
function isArtifactDependency(file: string): boolean {
  return /\/(?:deps|[0-9a-f]{16})\/artifact\//.test(file);
}
