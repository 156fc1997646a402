// project/configuration: the project's `gantry.config.ts`, run and judged.

import { existsSync, readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as v from "valibot";
import { backticked, type Diagnostic, diagnostic, type Place, placeAt } from "../../base/diagnostic.ts";
import { digestOf, isRecord } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { isName, nameWanted } from "../../crane/arguments/names.ts";
import { onlyKnown, refuseBlanks } from "../../crane/arguments/refuse.ts";
import { fileset } from "../../crane/arguments/sources.ts";
import { cacheOptions } from "../../crane/cacheOptions.ts";
import type { Lib } from "../../crane/mkLib.ts";
import { pkgs } from "../../crane/pkgs/pkgs.ts";
import type { Project, ProjectContext } from "../../crane/project.ts";
import { toolchains } from "../../crane/tools/toolchains.ts";
import { tools } from "../../crane/tools/tools.ts";
import { fromRepository } from "../../crane/vendor/fromRepository.ts";
import { git, path } from "../../crane/vendor/inputs.ts";
import { isServiceName } from "../../crane/verbs/service.ts";
import { configurationFailure } from "./configurationFailure.ts";
import { evaluated } from "./evaluate.ts";

type Configuration = {
  /** `gantry.config.ts`, absolute. */
  readonly file: string;
  /** The project's root: the working directory while it runs, and what the file is shown relative to. */
  readonly root: string;
  /** The module that `import … from "gantry"` means: that of the running installation. */
  readonly gantry: string;
  /** JavaScript by the digest of the TypeScript that it was, since stripping types takes 40 ms. */
  readonly stripped: Memory;
  /** Ends the waiting for a configuration that waits itself. */
  readonly signal: AbortSignal;
};

/** What a configuration says, and the files that say it: itself and what it imports, absolute. */
type Configured = Project & { readonly files: readonly string[] };

type Memory = { get(key: string): string | undefined; set(key: string, value: string): void };

/**
 * Runs a project's `gantry.config.ts`. Node strips its types and does not check them; what matters of them is
 * checked when its functions are called. Its relative paths count from the project's root, wherever Gantry was started.
 *
 * Errors: `configuration-syntax`, `configuration-import`, `configuration-threw`, `configuration-unsettled`,
 * `configuration-exit`, `configuration-shape`, `configuration-blank`, and those of the functions that it calls, with the place of the call.
 */
export async function loadConfiguration(
  configuration: Configuration,
  crane: Lib,
): Promise<Result<Configured>> {
  const files = new Set<string>();
  const hooks = registerHooks({
    resolve: (specifier, where, next) =>
      specifier === "gantry"
        ? { url: pathToFileURL(configuration.gantry).href, shortCircuit: true }
        : next(specifier, where),
    load(url, where, next) {
      if (url.startsWith("file:") && url !== pathToFileURL(configuration.gantry).href)
        files.add(fileURLToPath(url));
      return /^file:.*\.m?ts(\?|$)/.test(url)
        ? { format: "module", source: strippedOf(url, configuration.stripped), shortCircuit: true }
        : next(url, where);
    },
  });
  const startedIn = workingDirectory();
  try {
    process.chdir(configuration.root);
    const url = `${pathToFileURL(configuration.file).href}?read=${process.hrtime.bigint()}`;
    const { signal } = configuration;
    return await evaluated(
      async () => {
        const module: { default?: unknown } = await import(url);
        const define = module.default;
        if (typeof define !== "function") return err(noDefaultExport(shown(configuration)));
        const project = configurationShape(configuration, await define(contextWith(crane)));
        return project.ok ? ok({ ...project.value, files: [...files] }) : project;
      },
      { file: shown(configuration), signal },
    );
  } catch (thrown) {
    return err(configurationFailure({ ...textOf(configuration), file: configuration.file }, thrown));
  } finally {
    hooks.deregister();
    if (startedIn !== undefined && existsSync(startedIn)) process.chdir(startedIn);
  }
}

/** Undefined where it was removed meanwhile. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** What the configuration is called with. A misspelt name is refused, with the one that was probably meant. */
function contextWith(crane: Lib): ProjectContext {
  const describe =
    'describe it: pkg({ name: "flac", pkgConfig: ["flac"], names: { apt: "libflac-dev", … } })';
  return onlyKnown("the argument of the configuration", {
    crane,
    pkgs: onlyKnown("`pkgs`", pkgs, describe),
    toolchains: onlyKnown("`toolchains`", toolchains),
    tools: onlyKnown("`tools`", tools, 'any published program: tools.crate("cargo-edit")'),
    fileset: onlyKnown("`fileset`", fileset),
    git: onlyKnown("`git`", git),
    path,
    fromRepository,
  });
}

/** Types become spaces, so lines and columns stay what they were. */
function strippedOf(url: string, stripped: Memory): string {
  const text = readFileSync(new URL(url), "utf8");
  const key = `${process.version} ${digestOf(text)}`;
  const known = stripped.get(key);
  if (known !== undefined) return known;
  const script = stripTypes(text, fileURLToPath(url));
  stripped.set(key, script);
  return script;
}

/**
 * The name goes into the stack of a syntax error. In the script it would be a comment that differs from path
 * to path.
 */
function stripTypes(text: string, file: string): string {
  try {
    return stripTypeScriptTypes(text);
  } catch {
    return stripTypeScriptTypes(text, { sourceUrl: file });
  }
}

function shown({ root, file }: Configuration): string {
  return relative(root, file);
}

function textOf(configuration: Configuration): { readonly shown: string; readonly text: string } {
  return { shown: shown(configuration), text: readFileSync(configuration.file, "utf8") };
}

/**
 * What a configuration returned, if it is what a project offers.
 *
 * Errors: `configuration-shape`, naming the first part that is not.
 */
function configurationShape(configuration: Configuration, project: unknown): Result<Project> {
  refuseBlanks(project);
  if (isProject(project)) {
    const { packages, checks = {}, devShells = {}, images = {}, services = {} } = project;
    const isWrong = (name: string) => !isName(name);
    const wrong = [packages, checks, images].flatMap(Object.keys).find(isWrong);
    const wrongShell = Object.keys(devShells).find(isWrong);
    if (wrongShell !== undefined) return err(noName(configuration, wrongShell, "a shell"));
    const cache = v.safeParse(v.optional(cacheOptions), project.cache);
    if (!cache.success) return err(wrongCache(shown(configuration), cache.issues));
    const wrongService = Object.keys(services).find((name) => !isServiceName(name) || name === "default");
    if (wrongService !== undefined) return err(noServiceName(configuration, wrongService));
    return wrong === undefined ? ok(project) : err(noName(configuration, wrong));
  }
  return err(
    diagnostic("configuration-shape", "the configuration does not return `{ packages: { … } }`", {
      place: { file: shown(configuration), line: 1, column: 1 },
      notes: [
        wrongPart(project),
        givenBy.find((note) => wrongPart(project).startsWith(note.split("`", 2).join("`"))) ??
          "each of `packages` and `checks` is an object of steps, such as those of `crane.buildPackage`",
      ],
      help: ["return { packages: { default: crane.buildPackage({ src }) } }"],
      status: 2,
    }),
  );
}

function noName(configuration: Configuration, name: string, kind = "a package or a check"): Diagnostic {
  return diagnostic("configuration-shape", `\`${JSON.stringify(name)}\` cannot be what ${kind} is called`, {
    place: placeOfName(textOf(configuration), name),
    notes: [`it must be ${nameWanted}, since the link to an output is called \`result-NAME\``],
    status: 2,
  });
}

function noServiceName(configuration: Configuration, name: string): Diagnostic {
  return diagnostic("configuration-shape", `\`${JSON.stringify(name)}\` cannot be what a service is called`, {
    place: placeOfName(textOf(configuration), name),
    notes: [
      "its unit is called so, and its user: lower-case letters, digits, `_` and `-`, and not `default`",
    ],
    status: 2,
  });
}

const givenBy = [
  "`devShells` is an object of what `crane.devShell` gives",
  "`services` is an object of what `crane.service` gives",
];

/** Where the configuration has a name as a literal; its beginning, where it computes it. */
function placeOfName(
  { shown, text }: { readonly shown: string; readonly text: string },
  name: string,
): Place {
  const literal = ['"', "'", "`"].map((quote) => quote + name + quote).find((each) => text.includes(each));
  if (literal === undefined) return { file: shown, line: 1, column: 1 };
  return placeAt(shown, text, text.indexOf(literal), literal.length);
}

/** The error for a configuration without a function as its default export. */
function noDefaultExport(file: string): Diagnostic {
  return diagnostic("configuration-shape", "the configuration has no default export that is a function", {
    place: { file, line: 1, column: 1 },
    help: ["export default defineProject(({ crane }) => ({ packages: { … } }))"],
    status: 2,
  });
}

function isProject(project: unknown): project is Project {
  if (!isRecord(project) || !isAll("derivation", project.packages)) return false;
  if (project.checks !== undefined && !isAll("derivation", project.checks)) return false;
  if (project.images !== undefined && !isAll("derivation", project.images)) return false;
  if (project.services !== undefined && !isAll("service", project.services)) return false;
  if (project.devShells !== undefined && !isAll("dev-shell", project.devShells)) return false;
  if (project.flake !== undefined && !isFlakeOptions(project.flake)) return false;
  return project.hooks === undefined || isHooks(project.hooks);
}

function isFlakeOptions(value: unknown): boolean {
  if (!isRecord(value) || Object.keys(value).some((name) => name !== "without")) return false;
  const { without = [] } = value;
  return Array.isArray(without) && without.every((name) => typeof name === "string");
}

function isHooks(value: unknown): boolean {
  return isRecord(value) && "preCommit" in value;
}

function isAll(type: string, value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((each) => isOf(type, each));
}

function isOf(type: string, value: unknown): boolean {
  return isRecord(value) && value.type === type;
}

const parts = [
  ["packages", "derivation", "step"],
  ["checks", "derivation", "step"],
  ["images", "derivation", "step"],
  ["services", "service", "service"],
  ["devShells", "dev-shell", "shell"],
] as const;

function wrongPart(project: unknown): string {
  if (!isRecord(project)) return `it returns ${described(project)}`;
  for (const [name, type, what] of parts) {
    const steps = project[name];
    if (steps === undefined && name !== "packages") continue;
    if (steps === undefined) return `it returns no \`packages\`, but ${listed(Object.keys(project))}`;
    if (!isRecord(steps)) return `\`${name}\` is ${described(steps, what)}`;
    const wrong = Object.entries(steps).find(([, step]) => !isOf(type, step));
    if (wrong) return `\`${name}.${wrong[0]}\` is ${described(wrong[1], what)}`;
  }
  if (project.hooks !== undefined && !isHooks(project.hooks))
    return "`hooks` is not what `crane.preCommit` gives";
  return '`flake` is no `{ without: ["checks.NAME"] }`';
}

/** Names the first field of `cache` that is not what it may be. */
function wrongCache(file: string, [issue]: readonly v.BaseIssue<unknown>[]): Diagnostic {
  const path = ["cache", ...(issue?.path ?? []).map(({ key }) => String(key))].join(".");
  const isStranger = issue?.expected === "never";
  const found = isStranger ? "is nothing that it may have" : `is ${described(issue?.input, "such thing")}`;
  const wanted = issue?.type === "regex" ? issue.message : issue?.expected?.replace(/^Object$/, "an object");
  return diagnostic("configuration-shape", `\`${path}\` ${found}`, {
    place: { file, line: 1, column: 1 },
    notes: isStranger
      ? [`it may have ${backticked(Object.keys(cacheOptions.entries))}`]
      : [`it has to be ${wanted ?? "something else"}`],
    status: 2,
  });
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "an empty object" : backticked(names);
}

function described(value: unknown, wanted = "step"): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? `an object that is no ${wanted}` : `\`${JSON.stringify(value)}\``;
}
