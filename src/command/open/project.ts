import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { backticked, type Diagnostic, diagnostic, together } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { isInside } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CargoConfig } from "../../cargo/config/cargoConfig.ts";
import { parseCargoConfig } from "../../cargo/config/parseCargoConfig.ts";
import { configTexts, findConfigFiles } from "../../cargo/config/settings.ts";
import { crateNameIn } from "../../cargo/manifest/crateName.ts";
import { parseToml } from "../../cargo/toml/toml.ts";
import type { CrateName, Selection } from "../../crane/arguments/libContext.ts";
import { refuse } from "../../crane/arguments/refuse.ts";
import { type Lib, mkLib } from "../../crane/mkLib.ts";
import { defaultProject, type Project as Offered, offeredOutputs } from "../../crane/project.ts";
import type { Derivation, Source, ToolchainRequest } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { kindsWithFiles } from "../../eject/kinds/kinds.ts";
import type { Emit } from "../../engine/event.ts";
import { isStandardLibraryAbsent, provideStandardLibrary } from "../../engine/inputs/host.ts";
import { entriesOfLock, lockOf } from "../../engine/inputs/lock.ts";
import { recognisedInputs } from "../../engine/inputs/recognisedInputs.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { hostTriple } from "../../fetch/toolchain/findToolchain.ts";
import { loadConfiguration } from "../../project/configuration/loadConfiguration.ts";
import { findPathOverrides } from "../../project/findPathOverrides.ts";
import { findProject, type Project } from "../../project/findProject.ts";
import { filterPredicate } from "../../project/scan/filterPredicate.ts";
import { notesOfShellVariables } from "../../project/shellVariables.ts";
import { isFile, textOf } from "../../tree/files.ts";
import type { GlobalOptions } from "../command.ts";
import { renewEditorTypes } from "./editorTypes.ts";
import { withStore } from "./withStore.ts";

/** What a project offers. */
export type Described = Offered & {
  /** Those of its configuration. Default: it has none. */
  readonly files?: readonly string[];
  /** The image of a package that the configuration describes none of. */
  readonly usualImage: (step: Derivation) => Derivation;
};

/** A project with what it offers; nothing of it can be run. */
export type ReadProject = { readonly inputs: InputContext; readonly offered: Described };

/** What of the options the search for a project and the reading of it depend on. */
export type ProjectOptions = Pick<GlobalOptions, "cwd" | "offline" | "frozen" | "signal" | "store">;

/**
 * Finds and reads the project that `options.cwd` lies in, for commands that build nothing. Cargo's environment is that of this
 * process: what fetches asks for `cargoEnvironmentOf`, which may download a toolchain.
 *
 * Errors: those of `findProject`, `openStore` and `describeProject`, and those of `work`.
 */
export async function withProject<T>(
  options: ProjectOptions,
  emit: Emit,
  work: (project: ReadProject) => Promise<Result<T>>,
): Promise<Result<T>> {
  return withInputs(options, emit, async (inputs) => {
    const offered = await describeProject(inputs, { args: [] });
    return offered.ok ? await work({ inputs, offered: offered.value }) : offered;
  });
}

/**
 * The same, before anything is known of what the project offers. Cargo's environment is that of this process.
 *
 * Errors: those of `findProject` and `openStore`, and those of `work`.
 */
export async function withInputs<T>(
  options: ProjectOptions,
  emit: Emit,
  work: (inputs: InputContext) => Promise<Result<T>>,
): Promise<Result<T>> {
  const project = findProject(options.cwd);
  if (!project.ok) return project;
  const { offline, frozen, signal } = options;
  return withStore(options, emit, (store) =>
    work({ store, project: project.value, env: process.env, offline, frozen, emit, signal }),
  );
}

/**
 * What comes before every build: puts back a lock that a killed `gantry with` left overridden, stops where a
 * path override of Cargo's settings would break the build, and warns of those that the build would not see.
 *
 * Errors: `path-override`, all that there are; `override-active`.
 */
export async function settleOverrides(project: Project, emit: Emit): Promise<Result<void>> {
  // What is put back lies below this directory, if at all.
  if (existsSync(join(dirname(project.lock), ".gantry"))) {
    const { recoverLock } = await import("./savedLock.ts");
    const recovered = recoverLock(project.lock, emit);
    if (!recovered.ok) return recovered;
  }
  const { errors, warnings } = findPathOverrides(project);
  for (const diagnostic of warnings) emit({ type: "warning", diagnostic });
  const [first, ...also] = errors;
  return first ? err(together(first, also)) : ok();
}

/**
 * What a project offers: what its configuration says, or what any Cargo project offers without one.
 *
 * Errors: those of `loadConfiguration`; without a configuration those of `crateName` and `lockOf`.
 *
 * @param heedsUser whether the user's own variables and settings count, so that nothing is said of being unseen
 * @param isBuild whether nothing but packages is asked for: what was ejected is then not looked at, which takes time
 */
export async function describeProject(
  context: InputContext,
  selection: Selection,
  { heedsUser = false, isBuild = false }: { readonly heedsUser?: boolean; readonly isBuild?: boolean } = {},
): Promise<Result<Described>> {
  const described = await offeredBy(context, selection);
  if (!described.ok) return described;
  if (!heedsUser) {
    await noteSettingsAbove(context, described.value);
    noteShellVariables(context, described.value);
  }
  return isBuild ? described : ok(await withEjectedCheck(context.project, described.value));
}

/** In a project that has files of `gantry eject`, one more check: that they are what the description says. */
async function withEjectedCheck(project: Project, offered: Described): Promise<Described> {
  if (kindsWithFiles(project.root).length === 0) return offered;
  if (Object.hasOwn(offered.checks ?? {}, "ejected")) return offered;
  const { ejectedCheck } = await import("../../eject/kinds/ejectedCheck.ts");
  const ejected = await ejectedCheck({ project, offered });
  return ejected ? { ...offered, checks: { ...offered.checks, ejected } } : offered;
}

function noteShellVariables(context: InputContext, offered: Offered): void {
  const steps = Object.values(offeredOutputs(offered));
  const declared = new Set(steps.flatMap(({ env }) => Object.keys(env)));
  noteOnce(context, "variables-told", notesOfShellVariables(context.env, declared));
}

/** What looks closer is loaded only where there are settings outside the project, if only those of Cargo's home. */
async function noteSettingsAbove(context: InputContext, offered: Offered): Promise<void> {
  const { project } = context;
  if (project.cargoConfigs.every((file) => isInside(file, project.root))) return;
  const sources = Object.values(offeredOutputs(offered)).flatMap(({ mounts }) => mounts[world.source] ?? []);
  const roots = sources.flatMap((input) =>
    input.type === "source" ? [resolve(project.root, input.root)] : [],
  );
  const { notesOfSettingsAbove } = await import("../../project/settingsAbove.ts");
  noteOnce(context, "settings-told", notesOfSettingsAbove(project, roots));
}

/**
 * A configuration is evaluated in one go. One that wants the lock of a toolchain that is not there is therefore evaluated again
 * once it is.
 */
async function offeredBy(context: InputContext, selection: Selection): Promise<Result<Described>> {
  const absent: ToolchainRequest[] = [];
  const offered = await evaluated(context, selection, (wanted) => absent.push(wanted));
  const [wanted] = absent;
  if (offered.ok || !wanted) return offered;
  const provided = await provideStandardLibrary(context, wanted);
  return provided.ok ? evaluated(context, selection, () => undefined) : provided;
}

async function evaluated(
  context: InputContext,
  selection: Selection,
  onAbsent: (wanted: ToolchainRequest) => void,
): Promise<Result<Described>> {
  const { project } = context;
  const lib = mkLib({
    toolchain: { components: [], targets: [] },
    host: hostTriple(),
    settings: (src) => settingsOf(resolve(project.root, src.root), src.workspace),
    selection,
    crateName(src) {
      const name = crateName(project.root, resolve(project.root, src.root, src.workspace ?? ""));
      return name.ok ? name.value : refuse(name.error);
    },
    lock(file) {
      if ("toolchain" in file && isStandardLibraryAbsent(context, file.toolchain)) onAbsent(file.toolchain);
      const entries = entriesOfLock(context, file);
      return entries.ok ? entries.value : refuse(entries.error);
    },
    text: (src, path) => keptText(resolve(project.root, src.root), src, path),
    warn: (diagnostic) => context.emit({ type: "warning", diagnostic }),
  });
  const described = await describedBy(context, lib);
  if (!described.ok) return described;
  return ok(
    Object.assign(described.value, { usualImage: (step: Derivation) => lib.ociImage({ contents: [step] }) }),
  );
}

async function describedBy(
  context: InputContext,
  lib: Lib,
): Promise<Result<Offered & Pick<Described, "files">>> {
  const { project } = context;
  if (project.configuration !== undefined) {
    const { records } = context.store;
    renewEditorTypes(project.configuration);
    return loadConfiguration(
      {
        file: project.configuration,
        root: project.root,
        gantry: createRequire(import.meta.url).resolve("#gantry"),
        signal: context.signal,
        stripped: {
          get: (key) => records.get("configuration", key),
          set: (key, value) => records.set("configuration", key, value),
        },
      },
      lib,
    );
  }
  return withoutConfiguration(context, lib);
}

/** Cargo's settings that a build of a source sees; of those that are not understood, Cargo itself will tell. */
function settingsOf(root: string, workspace = "."): CargoConfig | undefined {
  const files = findConfigFiles(workspace, (path) => isFile(join(root, path)));
  if (files.length === 0) return undefined;
  const config = parseCargoConfig(configTexts(files, (path) => textOf(join(root, path))));
  return config.ok ? config.value : undefined;
}

/** A file of a source, which its filter keeps. */
function keptText(root: string, { filter, workspace = "." }: Source, path: string): string | undefined {
  const below = join(workspace, path);
  const isKept = isFile(join(root, below)) && filterPredicate(filter)(below, "file");
  return isKept ? textOf(join(root, below)) : undefined;
}

async function withoutConfiguration(context: InputContext, lib: Lib): Promise<Result<Offered>> {
  const { project } = context;
  const name = crateName(project.root, project.root);
  if (!name.ok) return name;
  const packages = lockOf(context, { type: "source", root: ".", filter: { kind: "everything" } });
  if (!packages.ok) return packages;
  const { inputs, lines } = await recognisedInputs(context, packages.value);
  noteOnce(context, "native-told", lines);
  return ok(defaultProject(lib, inputs));
}

/** Says something of the project the first time, and when it changes; the store remembers it. */
export function noteOnce(
  { store, project, emit }: Pick<InputContext, "store" | "project" | "emit">,
  kind: "native-told" | "settings-told" | "variables-told" | "shell-told",
  lines: readonly string[],
): void {
  const before = store.records.get(kind, project.root) ?? [];
  if (before.join("\n") === lines.join("\n")) return;
  store.records.set(kind, project.root, lines);
  for (const line of lines) emit({ type: "note", text: line });
}

export type OutputKind = "package" | "check";

/**
 * The step of an output that a project offers, by its name there.
 *
 * Errors: `output-unknown`, with the names that there are.
 */
export function outputNamed(offered: Offered, kind: OutputKind, name: string): Result<Derivation> {
  const outputs = kind === "package" ? offered.packages : (offered.checks ?? {});
  const derivation = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  if (derivation) return ok(derivation);
  const names = Object.keys(outputs);
  const guess = nearest(name, names);
  return err(
    diagnostic("output-unknown", `the project has no ${kind} \`${name}\``, {
      notes: [names.length > 0 ? `it has ${backticked(names)}` : `it has no ${kind}s`],
      help: guess ? [`did you mean \`${guess}\`?`] : ["see what there is: gantry show"],
      status: 2,
    }),
  );
}

/**
 * Name and version of a directory's package (Crane's `crateNameFromCargoToml`). A workspace that says neither goes by its
 * directory's name, and by `0.0.0`.
 *
 * Errors: `source-without-manifest`, `toml-syntax`. What else is wrong with the manifest is judged where it is needed.
 */
function crateName(root: string, directory: string): Result<CrateName> {
  const file = join(directory, "Cargo.toml");
  if (!existsSync(file)) return err(noManifest(relative(root, directory) || "."));
  const document = parseToml(relative(root, file), readFileSync(file, "utf8"));
  if (!document.ok) return document;
  const { name = basename(directory), version = "0.0.0" } = crateNameIn(document.value.table);
  return ok({ pname: name, version });
}

function noManifest(directory: string): Diagnostic {
  return diagnostic("source-without-manifest", `the source \`${directory}\` has no \`Cargo.toml\``, {
    help: [
      'name a directory that has one, relative to the project\'s root: crane.cleanCargoSource(".")',
      'or say where in it Cargo\'s workspace lies: sourceRoot: "DIR"',
    ],
    status: 2,
  });
}
