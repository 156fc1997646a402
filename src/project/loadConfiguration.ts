import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { digestOf } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Project, ProjectContext } from "../crane/project.ts";
import { configurationPlace } from "./configurationPlace.ts";

type Configuration = {
  /** `gantry.config.ts`, absolute. */
  readonly file: string;
  /** The project's root, to show the file relative to. */
  readonly root: string;
  /** The module that `import … from "gantry"` means: that of the running installation. */
  readonly gantry: string;
  /** JavaScript by the digest of the TypeScript that it was, since stripping types takes 40 ms. */
  readonly stripped: Memory;
};

type Memory = { get(key: string): string | undefined; set(key: string, value: string): void };

/**
 * Runs a project's `gantry.config.ts`. Node strips its types and does not check them; what matters of them is
 * checked when its functions are called.
 *
 * Errors: `configuration-syntax`, `configuration-threw`, `configuration-shape`, and those of the functions that
 * it calls, with the place of the call.
 */
export async function loadConfiguration(
  configuration: Configuration,
  context: ProjectContext,
): Promise<Result<Project>> {
  const hooks = registerHooks({
    resolve: (specifier, where, next) =>
      specifier === "gantry"
        ? { url: pathToFileURL(configuration.gantry).href, shortCircuit: true }
        : next(specifier, where),
    load: (url, where, next) =>
      /^file:.*\.m?ts(\?|$)/.test(url)
        ? { format: "module", source: strippedOf(url, configuration.stripped), shortCircuit: true }
        : next(url, where),
  });
  try {
    const url = `${pathToFileURL(configuration.file).href}?read=${process.hrtime.bigint()}`;
    const module: { default?: unknown } = await import(url);
    const define = module.default;
    if (typeof define !== "function") return err(noDefault(configuration));
    return checked(configuration, await define(context));
  } catch (thrown) {
    return err(refused(configuration, thrown));
  } finally {
    hooks.deregister();
  }
}

/** Types become spaces, so lines and columns stay what they were. */
function strippedOf(url: string, stripped: Memory): string {
  const text = readFileSync(new URL(url), "utf8");
  const key = `${process.version} ${digestOf(text)}`;
  const known = stripped.get(key);
  if (known !== undefined) return known;
  const script = stripTypeScriptTypes(text);
  stripped.set(key, script);
  return script;
}

function checked(configuration: Configuration, project: unknown): Result<Project> {
  if (isProject(project)) return ok(project);
  return err(
    diagnostic("configuration-shape", "the configuration does not return `{ packages: { … } }`", {
      place: { file: shown(configuration), line: 1, column: 1 },
      notes: ["each of `packages` and `checks` is an object of steps, such as those of `crane.buildPackage`"],
      help: ["return { packages: { default: crane.buildPackage({ src }) } }"],
      status: 2,
    }),
  );
}

function isProject(project: unknown): project is Project {
  if (typeof project !== "object" || project === null || !("packages" in project)) return false;
  const checks = "checks" in project ? project.checks : {};
  return [project.packages, checks].every(
    (steps) =>
      typeof steps === "object" &&
      steps !== null &&
      Object.values(steps).every(
        (step) => typeof step === "object" && step !== null && step.type === "derivation",
      ),
  );
}

function noDefault(configuration: Configuration): Diagnostic {
  return diagnostic("configuration-shape", "the configuration has no default export that is a function", {
    place: { file: shown(configuration), line: 1, column: 1 },
    help: ["export default defineProject(({ crane }) => ({ packages: { … } }))"],
    status: 2,
  });
}

function refused(configuration: Configuration, thrown: unknown): Diagnostic {
  const place = configurationPlace(
    configuration.file,
    shown(configuration),
    thrown,
    readFileSync(configuration.file, "utf8"),
  );
  if (isRefused(thrown)) return { ...thrown.diagnostic, ...(place && { place }), status: 2 };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const syntax = thrown instanceof SyntaxError;
  return diagnostic(
    syntax ? "configuration-syntax" : "configuration-threw",
    syntax
      ? `the configuration cannot be read: ${firstLine(message)}`
      : `the configuration threw: ${firstLine(message)}`,
    { place: place ?? { file: shown(configuration), line: 1, column: 1 }, status: 2 },
  );
}

function isRefused(thrown: unknown): thrown is Error & { diagnostic: Diagnostic } {
  return thrown instanceof Error && "diagnostic" in thrown;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}

function shown({ root, file }: Configuration): string {
  return relative(root, file);
}
