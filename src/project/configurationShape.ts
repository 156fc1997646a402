import { backticked } from "../base/backticked.ts";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { isRecord } from "../base/isRecord.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Project } from "../crane/project.ts";

/**
 * What a configuration returned, if it is what a project offers.
 *
 * Errors: `configuration-shape`, naming the first part that is not.
 *
 * @param file the configuration, as shown to people
 */
export function configurationShape(file: string, project: unknown): Result<Project> {
  if (isProject(project)) return ok(project);
  return err(
    diagnostic("configuration-shape", "the configuration does not return `{ packages: { … } }`", {
      place: { file, line: 1, column: 1 },
      notes: [
        wrongPart(project),
        "each of `packages` and `checks` is an object of steps, such as those of `crane.buildPackage`",
      ],
      help: ["return { packages: { default: crane.buildPackage({ src }) } }"],
      status: 2,
    }),
  );
}

/** The error for a configuration without a function as its default export. */
export function noDefaultExport(file: string): Diagnostic {
  return diagnostic("configuration-shape", "the configuration has no default export that is a function", {
    place: { file, line: 1, column: 1 },
    help: ["export default defineProject(({ crane }) => ({ packages: { … } }))"],
    status: 2,
  });
}

function isProject(project: unknown): project is Project {
  if (!isRecord(project) || !isSteps(project.packages)) return false;
  return project.checks === undefined || isSteps(project.checks);
}

function isSteps(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every(isStep);
}

function isStep(value: unknown): boolean {
  return isRecord(value) && value.type === "derivation";
}

function wrongPart(project: unknown): string {
  if (!isRecord(project)) return `it returns ${described(project)}`;
  for (const name of ["packages", "checks"]) {
    const steps = project[name];
    if (steps === undefined && name === "checks") continue;
    if (steps === undefined) return `it returns no \`packages\`, but ${listed(Object.keys(project))}`;
    if (!isRecord(steps)) return `\`${name}\` is ${described(steps)}`;
    const wrong = Object.entries(steps).find(([, step]) => !isStep(step));
    if (wrong) return `\`${name}.${wrong[0]}\` is ${described(wrong[1])}`;
  }
  return "it returns something else";
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "an empty object" : backticked(names);
}

function described(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object that is no step" : `\`${JSON.stringify(value)}\``;
}
