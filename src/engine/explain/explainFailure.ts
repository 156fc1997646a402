import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { isInside, parentOf } from "../../base/paths.ts";
import type { Derivation, NativePackage, Source } from "../../derivation/model.ts";
import { cargoEnvironment, world } from "../../derivation/world.ts";
import { explainFilteredFile } from "../../project/filtered/explainFilteredFile.ts";
import type { Observation } from "../../sandbox/observation.ts";
import type { InputContext } from "../inputs/resolvedInput.ts";
import { directoryOf, scanned } from "../inputs/source.ts";
import type { Cause, Explanation, FailedLog, Finding, Panic } from "./finding.ts";
import { configurationText, inConfiguration } from "./inConfiguration.ts";
import { nativeCauses, nativeInput } from "./nativeCauses.ts";
import { sandboxCauses } from "./sandboxCauses.ts";

type FailedStep = {
  readonly step: Derivation;
  /** What it printed. */
  readonly lines: readonly string[];
  /** The text of `gantry.config.ts`. */
  readonly configuration: string | undefined;
  /** The host's path of a file that the step saw. */
  readonly locate: (path: string) => string | undefined;
  /** What was seen of the command that failed. */
  readonly observation: Observation;
};

/**
 * Why a step failed, as far as the sandbox has to do with it.
 *
 * From the log of a failed step to what is not declared, and the line of `gantry.config.ts` that declares it;
 * without a configuration, the file to write. Empty where the failure has nothing to do with the sandbox.
 *
 * @example
 * explainFailure({ step, lines: ["fatal error: zlib.h: No such file or directory"], … }).help
 * // ["in `gantry.config.ts`: buildInputs: [pkgs.zlib]"]
 */
export function explainFailure(failed: FailedStep): Explanation {
  const { step, configuration } = failed;
  const log = failedLog(failed);
  const findings = causes.flatMap((cause) => cause(log));
  const missing = declarations(step, findings, configuration);
  const known = declaredArguments(step, configuration);
  return {
    notes: unique(findings.map(({ note }) => note)),
    help: [
      // What only tests want is no matter of the dependencies, which would be compiled anew for it.
      ...inConfiguration(missing, configuration, testsRan.test(log.text) ? known : undefined),
      ...unique(findings.flatMap(({ help }) => help ?? [])),
    ],
  };
}

/** The words of Rust's own harness, and of nextest 0.9: all is compiled by then. */
const testsRan = /^(?:running \d+ tests?|Starting \d+ tests? across .*)$/m;

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** What is asked of a log. All are asked, since one log may show several causes. */
const causes: readonly Cause[] = [...nativeCauses, ...sandboxCauses];

/** How much of the code before a panic is looked at. */
const linesOfCode = 6;

/** The same where it is one statement: a chain of calls with its arguments, a line each. */
const linesOfStatement = 30;

/** The form of `std`'s panic hook since Rust 1.73: the place, and the message on the next line. */
const panicked = /panicked at ([^\s:]+):(\d+):\d+:\n(.*)/g;

/** Prepares the log of a failed step for the causes. */
function failedLog(failed: FailedStep): FailedLog {
  const { lines, locate } = failed;
  const text = lines.map((line) => stripVTControlCharacters(line).trim()).join("\n");
  const panics = [...text.matchAll(panicked)].map(([, file = "", line, message = ""]): Panic => {
    // Cargo runs rustc in the workspace's root for the workspace's own packages.
    const path = locate(file.startsWith("/") ? file : `${world.source}/${file}`);
    return { message, code: path === undefined ? "" : codeBefore(path, Number(line)) };
  });
  const namedBy = (complaints: readonly RegExp[]) =>
    complaints.flatMap((complaint) => [...text.matchAll(complaint)].map((match) => match[1] ?? ""));
  return { text, namedBy, panics, writes: forbiddenWrites(failed) };
}

/** Where a step may write to, whatever becomes of it. */
const writable = [world.targetDirectory, world.out, world.home, world.temporary, "/var/tmp", "/dev", "/proc"];

/** Python tries to keep what it compiled beside its modules, and goes on where it cannot. */
const harmless = /\/__pycache__(?:\/|$)/;

function forbiddenWrites({ step, locate, observation }: FailedStep): FailedLog["writes"] {
  const isLayer = step.targetDirectory?.keep === "dependencies";
  const places = isLayer ? writable : [...writable, world.source];
  const isAllowed = (path: string) => places.some((place) => isInside(path, place)) || harmless.test(path);
  return observation.tasks
    .flatMap(({ accesses }) => accesses)
    .filter(({ kind, path }) => kind === "write" && !isAllowed(path))
    .map(({ path }) => ({ path, isMissing: locate(parentOf(path)) === undefined }))
    .reverse();
}

function codeBefore(path: string, line: number): string {
  try {
    const lines = readFileSync(path, "utf8").split("\n").slice(0, line);
    const statement = lines.slice(0, -1).findLastIndex((text) => /[;{}]\s*$/.test(text)) + 1;
    const first = Math.max(0, Math.min(line - linesOfCode, Math.max(statement, line - linesOfStatement)));
    return lines.slice(first).join("\n");
  } catch {
    return "";
  }
}

/**
 * The arguments of a step with what the findings say is missing, as one writes them; none where nothing is.
 * Values of variables are not shown: they may be secrets.
 *
 * @example
 * declarations(step, findings, text) // ["nativeBuildInputs: [pkgs.protobuf, pkgs.cmake]", 'env: { …, FOO: "…" }']
 */
function declarations(step: Derivation, findings: readonly Finding[], text: string | undefined): string[] {
  const declared = declaredInputs(step, text);
  const known = new Set([...declared.programs, ...declared.libraries]);
  const missing = (key: "inputs" | "libraries") =>
    unique(findings.flatMap((finding) => finding[key] ?? []).filter((input) => !known.has(input)));
  const inputs = missing("inputs");
  const libraries = missing("libraries").filter((each) => !inputs.includes(each));
  const own = Object.keys(step.env).filter((name) => !Object.hasOwn(cargoEnvironment, name));
  const variables = unique(findings.flatMap((finding) => finding.variables ?? []));
  const absent = variables.filter((name) => !own.includes(name)).map((name) => `${name}: "…"`);
  // A file that is to be written has all, and one that is there has what does not change.
  const isWhole = text === undefined && inputs.length + libraries.length + absent.length > 0;
  return [
    ...(isWhole || inputs.length > 0
      ? asArgument("nativeBuildInputs", [...declared.programs, ...inputs])
      : []),
    ...(isWhole || libraries.length > 0
      ? asArgument("buildInputs", [...declared.libraries, ...libraries])
      : []),
    ...(absent.length > 0 ? [`env: { ${[...(own.length > 0 ? ["…"] : []), ...absent].join(", ")} }`] : []),
  ];
}

function asArgument(name: "nativeBuildInputs" | "buildInputs", inputs: readonly string[]): string[] {
  return inputs.length === 0 ? [] : [`${name}: [${inputs.join(", ")}]`];
}

function declaredArguments(step: Derivation, text: string | undefined): string[] {
  const { programs, libraries } = declaredInputs(step, text);
  return [...asArgument("nativeBuildInputs", programs), ...asArgument("buildInputs", libraries)];
}

/**
 * The native packages of a step by the argument that has them. That is not known of a step: libraries are in `buildInputs` where
 * the configuration has that argument, or where there is none yet.
 */
function declaredInputs(
  step: Derivation,
  text: string | undefined,
): { readonly programs: string[]; readonly libraries: string[] } {
  const hasLibraries = text === undefined || /\bbuildInputs\b/.test(text);
  const natives = Object.values(step.mounts)
    .flat()
    .filter((input) => input.type === "native");
  const isLibrary = ({ bins }: NativePackage) => hasLibraries && bins.length === 0;
  return {
    programs: unique(natives.filter((each) => !isLibrary(each)).map(nativeInput)),
    libraries: unique(natives.filter(isLibrary).map(nativeInput)),
  };
}

/**
 * Helps that say how to have more files in the source of a step, as `inConfiguration` does. The file to write declares
 * the native packages that the step has without one.
 *
 * @param source as one would write it: `fileset.everything()`
 */
export function sourceInConfiguration(step: Derivation, source: string, text: string | undefined): string[] {
  return inConfiguration(
    [`src: ${source}`, ...(text === undefined ? declaredArguments(step, text) : [])],
    text,
  );
}

const asSource = "in `gantry.config.ts`: src: ";

/** Finds out whether a step failed for want of a file that its source's filter drops; the file is on disk. */
export function filteredFile(
  context: InputContext,
  step: Derivation,
  output: string,
): Diagnostic | undefined {
  const source = sourceOf(step);
  if (!source) return undefined;
  const files = scanned(context, source);
  if (!files.ok) return undefined;
  const directory = directoryOf(context, source);
  const problem = explainFilteredFile({ output, source, directory, files: files.value });
  if (!problem) return undefined;
  const configuration = configurationText(context.project.configuration);
  const help = problem.help.flatMap((line) =>
    line.startsWith(asSource)
      ? sourceInConfiguration(step, line.slice(asSource.length), configuration)
      : [line],
  );
  return { ...problem, help };
}

/** What a step is built from, also where it sees only a reduced form of it. */
export function sourceOf(step: Derivation): Source | undefined {
  const inputs = [step.mounts[world.source] ?? []].flat();
  const sources = inputs.map((input) =>
    input.type === "dummy-source" || input.type === "outline" ? input.of : input,
  );
  return sources.find((input) => input.type === "source");
}
