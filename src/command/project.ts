import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { backticked, diagnostic } from "../base/diagnostic.ts";
import { nearest } from "../base/nearest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { defaultProject } from "../crane/defaultProject.ts";
import type { Selection } from "../crane/libContext.ts";
import { type Lib, mkLib } from "../crane/mkLib.ts";
import { recogniseNativePackages } from "../crane/pkgs/recognise.ts";
import { type Project as Offered, type Project, projectContext } from "../crane/project.ts";
import { refuse } from "../crane/refuse.ts";
import type { Derivation, NativePackage } from "../derivation/model.ts";
import type { Emit } from "../engine/event.ts";
import { nativeContext } from "../engine/inputs/host.ts";
import { entriesOfLock, lockOf } from "../engine/inputs/lock.ts";
import type { InputContext } from "../engine/inputs/resolvedInput.ts";
import { directoryOf } from "../engine/inputs/source.ts";
import { provideNative } from "../fetch/native/provideNative.ts";
import { crateName } from "../project/configuration/crateName.ts";
import { loadConfiguration } from "../project/configuration/loadConfiguration.ts";
import { findProject } from "../project/findProject.ts";
import type { GlobalOptions } from "./command.ts";
import { withStore } from "./withStore.ts";

/** A project with what it offers; nothing of it can be run. */
export type Described = { readonly inputs: InputContext; readonly offered: Offered };

/** What of the options the search for a project and the reading of it depend on. */
export type ProjectOptions = Pick<GlobalOptions, "cwd" | "offline" | "signal" | "store">;

/** Finds and reads the project that `options.cwd` lies in, for commands that build nothing. */
export async function withProject<T>(
  options: ProjectOptions,
  emit: Emit,
  work: (described: Described) => Promise<Result<T>>,
): Promise<Result<T>> {
  const project = findProject(options.cwd);
  if (!project.ok) return project;
  return withStore(options, "reading the project", async (store) => {
    const { offline, signal } = options;
    const inputs = { store, project: project.value, env: process.env, offline, emit, signal };
    const offered = await describeProject(inputs, { packages: [] });
    return offered.ok ? work({ inputs, offered: offered.value }) : offered;
  });
}

/** What a project offers: what its configuration says, or what any Cargo project offers without one. */
export async function describeProject(context: InputContext, selection: Selection): Promise<Result<Offered>> {
  const { project } = context;
  const lib = mkLib({
    toolchain: { components: [], targets: selection.platform === undefined ? [] : [selection.platform] },
    selection,
    crateName(src) {
      const name = crateName(project.root, join(directoryOf(context, src), src.workspace ?? ""));
      return name.ok ? name.value : refuse(name.error);
    },
    lock(file) {
      const entries = entriesOfLock(context, file);
      return entries.ok ? entries.value : refuse(entries.error);
    },
    warn: (diagnostic) => context.emit({ type: "warning", diagnostic }),
  });
  if (project.configuration !== undefined) {
    const { records } = context.store;
    return loadConfiguration(
      {
        file: project.configuration,
        root: project.root,
        gantry: fileURLToPath(import.meta.resolve("#gantry")),
        stripped: {
          get: (key) => records.get("configuration", key),
          set: (key, value) => records.set("configuration", key, value),
        },
      },
      projectContext(lib),
    );
  }
  return withoutConfiguration(context, lib);
}

async function withoutConfiguration(context: InputContext, lib: Lib): Promise<Result<Offered>> {
  const { project } = context;
  const name = crateName(project.root, project.root);
  if (!name.ok) return name;
  const packages = await lockOf(context, { type: "source", root: ".", filter: { kind: "everything" } });
  if (!packages.ok) return packages;
  const native = await recognisedInputs(context, new Set(packages.value.map((each) => each.name)));
  return native.ok ? ok(defaultProject(lib, native.value)) : native;
}

/**
 * The native packages that the lock's crates are known to need. A library that a crate brings a copy of is
 * left to the crate, wherever it is installed: otherwise the same project would come out differently on
 * another machine.
 */
async function recognisedInputs(
  context: InputContext,
  names: ReadonlySet<string>,
): Promise<Result<NativePackage[]>> {
  const found: NativePackage[] = [];
  const told: string[] = [];
  for (const { package: wanted, because, optional, bundled } of recogniseNativePackages(names)) {
    if (bundled) continue;
    const why = `the crate \`${because}\` ${optional ? "can use" : "needs"} it`;
    const provided = await provideNative(wanted, nativeContext(context), why);
    if (provided.ok) {
      found.push(wanted);
      told.push(`using \`${wanted.name}\` (${provided.value.provider}): ${why}`);
    } else if (!optional) context.emit({ type: "warning", diagnostic: provided.error });
  }
  tellOnce(context, told);
  return ok(found);
}

/** What is used is said the first time, and when it changes. */
function tellOnce({ store, project, emit }: InputContext, told: readonly string[]): void {
  const before = store.records.get("native-told", project.root) ?? [];
  if (before.join("\n") === told.join("\n")) return;
  store.records.set("native-told", project.root, told);
  for (const line of told) emit({ type: "note", text: line });
}

/** All that a project offers, by its name with its kind: `packages.default`, `checks.clippy`. */
export function offeredOutputs({ packages, checks = {} }: Project): Readonly<Record<string, Derivation>> {
  const prefixed = (kind: string, offered: Readonly<Record<string, Derivation>>) =>
    Object.entries(offered).map(([name, derivation]): [string, Derivation] => [
      `${kind}.${name}`,
      derivation,
    ]);
  return Object.fromEntries([...prefixed("packages", packages), ...prefixed("checks", checks)]);
}

/**
 * A step of what a project offers, by its name there.
 *
 * Errors: `output-unknown`, with the names that there are.
 */
export function outputNamed(
  kind: "package" | "check",
  name: string,
  offered: Readonly<Record<string, Derivation>>,
): Result<Derivation> {
  const found = Object.hasOwn(offered, name) ? offered[name] : undefined;
  if (found) return ok(found);
  const names = Object.keys(offered);
  const guess = nearest(name, names);
  return err(
    diagnostic("output-unknown", `the project has no ${kind} \`${name}\``, {
      notes: [names.length > 0 ? `it has ${backticked(names)}` : `it has no ${kind}s`],
      help: guess ? [`did you mean \`${guess}\`?`] : ["see what there is: gantry show"],
      status: 2,
    }),
  );
}
