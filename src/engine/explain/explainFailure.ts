import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { isInside, parentOf } from "../../base/paths.ts";
import type { Derivation, Source } from "../../derivation/model.ts";
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
 * // ["in `gantry.config.ts`: nativeBuildInputs: [pkgs.zlib]"]
 */
export function explainFailure(failed: FailedStep): Explanation {
  const { step, configuration } = failed;
  const log = failedLog(failed);
  const findings = causes.flatMap((cause) => cause(log));
  const missing = declarations(step, findings);
  return {
    notes: unique(findings.map(({ note }) => note)),
    help: [...inConfiguration(missing, configuration), ...unique(findings.flatMap(({ help }) => help ?? []))],
  };
}

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
 * declarations(step, findings) // ["nativeBuildInputs: [pkgs.protobuf, pkgs.zlib]", 'env: { …, FOO: "…" }']
 */
function declarations(step: Derivation, findings: readonly Finding[]): string[] {
  const declared = declaredInputs(step);
  const inputs = [...new Set([...declared, ...findings.flatMap((finding) => finding.inputs ?? [])])];
  const own = Object.keys(step.env).filter((name) => !Object.hasOwn(cargoEnvironment, name));
  const variables = [...new Set(findings.flatMap((finding) => finding.variables ?? []))];
  const missing = variables.filter((name) => !own.includes(name)).map((name) => `${name}: "…"`);
  return [
    ...(inputs.length > new Set(declared).size ? [`nativeBuildInputs: [${inputs.join(", ")}]`] : []),
    ...(missing.length > 0 ? [`env: { ${[...(own.length > 0 ? ["…"] : []), ...missing].join(", ")} }`] : []),
  ];
}

function declaredInputs(step: Derivation): string[] {
  const inputs = Object.values(step.mounts).flat();
  return inputs.flatMap((input) => (input.type === "native" ? [nativeInput(input)] : []));
}

/**
 * Helps that say how to have more files in the source of a step, as `inConfiguration` does. The file to write declares
 * the native packages that the step has without one.
 *
 * @param source as one would write it: `fileset.everything()`
 */
export function sourceInConfiguration(step: Derivation, source: string, text: string | undefined): string[] {
  const inputs = text === undefined ? [...new Set(declaredInputs(step))] : [];
  return inConfiguration(
    [`src: ${source}`, ...(inputs.length > 0 ? [`nativeBuildInputs: [${inputs.join(", ")}]`] : [])],
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
