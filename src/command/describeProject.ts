import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ok, type Result } from "../base/result.ts";
import { defaultProject } from "../crane/defaultProject.ts";
import type { Selection } from "../crane/libContext.ts";
import { type Lib, mkLib } from "../crane/mkLib.ts";
import { recogniseNativePackages } from "../crane/pkgs/recognise.ts";
import type { Project as Offered } from "../crane/project.ts";
import { projectContext } from "../crane/projectContext.ts";
import { refuse } from "../crane/refuse.ts";
import type { NativePackage } from "../derivation/nativePackage.ts";
import { entriesOfLock } from "../engine/inputs/entriesOfLock.ts";
import type { InputContext } from "../engine/inputs/inputContext.ts";
import { lockOf } from "../engine/inputs/lockOf.ts";
import { nativeContext } from "../engine/inputs/resolveNative.ts";
import { directoryOf } from "../engine/inputs/scanned.ts";
import { provideNative } from "../fetch/native/provideNative.ts";
import { crateName } from "../project/crateName.ts";
import { loadConfiguration } from "../project/loadConfiguration.ts";

/** What a project offers: what its configuration says, or what any Cargo project offers without one. */
export async function describeProject(context: InputContext, selection: Selection): Promise<Result<Offered>> {
  const { project } = context;
  const lib = mkLib({
    toolchain: { components: [], targets: selection.target === undefined ? [] : [selection.target] },
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
    const { memo } = context.store;
    return loadConfiguration(
      {
        file: project.configuration,
        root: project.root,
        gantry: fileURLToPath(import.meta.resolve("#gantry")),
        stripped: {
          get: (key) => memo.get("configuration", key),
          set: (key, value) => memo.set("configuration", key, value),
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
  const text = told.join("\n");
  if ((store.memo.get("native-told", project.root) ?? "") === text) return;
  store.memo.set("native-told", project.root, text);
  for (const line of told) emit({ type: "note", text: line });
}
