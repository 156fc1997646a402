import { dirname, join, relative } from "node:path";
import { isInside } from "../../base/paths.ts";
import { ok } from "../../base/result.ts";
import { isTable, parseToml, type TomlTable } from "../../cargo/toml/toml.ts";
import { findWorkspaceRoot, workspaceKeys } from "../../cargo/workspace/workspaceRoot.ts";
import type { CommitHook } from "../../derivation/commitHooks.ts";
import { textOf } from "../../tree/files.ts";
import { type CommandOutcome, cut, type HookWorld, runCommands } from "./commands.ts";

/**
 * Checks the format of files. rustfmt looks at these alone, each with the edition of its package, which takes no time; only if
 * it would change one, the hook's `cargo fmt` decides. A file that belongs to no target is none of Cargo's, so that broken
 * code may lie among the data of tests.
 */
export async function checkFormat(
  hook: CommitHook,
  paths: readonly string[],
  world: HookWorld,
): Promise<CommandOutcome> {
  if (await isFormatted(hook, paths, world)) return { passed: true, output: "" };
  return runCommands([hook.entry], world);
}

async function isFormatted(hook: CommitHook, paths: readonly string[], world: HookWorld): Promise<boolean> {
  const groups = new Map<string, Group>();
  const packages = packagesIn(world);
  for (const path of paths) {
    const own = packages(dirname(join(world.root, path)));
    // Whose code that is, and by which rules it is formatted, is for Cargo to say.
    if (own === undefined) return false;
    const from = settingsFrom(own.directory, join(world.root, path));
    if (from === undefined) return false;
    const key = JSON.stringify([own.edition, from]);
    const group = groups.get(key) ?? { edition: own.edition, from, paths: [] };
    group.paths.push(path);
    groups.set(key, group);
  }
  const given = hook.entry.indexOf("--");
  const words = (given === -1 ? [] : hook.entry.slice(given + 1)).filter((word) => word !== "--check");
  const hasPath = words.includes("--config-path");
  const ran = await Promise.all(
    [...groups.values()].map(async ({ edition, from, paths: own }) => {
      const settings = hasPath ? [] : ["--config-path", from];
      const command = [
        "rustfmt",
        "--check",
        "--files-with-diff",
        "--edition",
        edition,
        ...settings,
        ...words,
        "--",
      ];
      const { output, why } = await runCommands(
        cut(own).map((some) => [...command, ...some]),
        world,
      );
      if (why === undefined) return true;
      // It looks at the modules of these files as well, and names what differs, a file a line. All else is trouble.
      const listed = output.split("\n").filter((line) => line !== "");
      const looked = new Set(own.map((path) => join(world.root, path)));
      return listed.length > 0 && listed.every((line) => line.startsWith("/") && !looked.has(line));
    }),
  );
  return ran.every((isFine) => isFine);
}

type Group = { readonly edition: string; readonly from: string; readonly paths: string[] };

/**
 * Where the search for `rustfmt.toml` begins: Cargo's rustfmt reads the settings beside a target's first file, and these hold for
 * all its modules. Undefined where there are others on the way to the file, which rustfmt itself would take (1.9).
 */
function settingsFrom(directory: string, file: string): string | undefined {
  const [first = "", ...more] = relative(directory, file).split("/");
  if (more.length === 0) return directory;
  const from = join(directory, first);
  const deeper = more.slice(0, -1).map((_, at) => join(from, ...more.slice(0, at + 1)));
  return deeper.some(hasSettings) ? undefined : from;
}

function hasSettings(directory: string): boolean {
  return ["rustfmt.toml", ".rustfmt.toml"].some((name) => textOf(join(directory, name)) !== undefined);
}

type Package = { readonly directory: string; readonly edition: string };

/** The package that a directory belongs to, by the nearest manifest; undefined without one, or where it cannot be read. */
function packagesIn({ files }: HookWorld): (directory: string) => Package | undefined {
  const manifests = new Map<string, TomlTable | undefined>();
  const manifestIn = (directory: string): TomlTable | undefined => {
    if (manifests.has(directory)) return manifests.get(directory);
    const file = join(directory, "Cargo.toml");
    const text = textOf(file);
    const parsed = text === undefined ? undefined : parseToml(file, text);
    const table = parsed?.ok ? parsed.value.table : undefined;
    manifests.set(directory, table);
    return table;
  };
  const editionOf = (directory: string, manifest: TomlTable): string | undefined => {
    const own = manifest.package ?? manifest.project;
    if (!isTable(own)) return undefined;
    if (own.edition === undefined) return "2015";
    if (typeof own.edition === "string") return own.edition;
    const found = findWorkspaceRoot(directory, (at) => {
      const table = isInside(at, files.top) || at === files.top ? manifestIn(at) : undefined;
      return ok(table && workspaceKeys(table));
    });
    const root = found.ok && found.value ? manifestIn(found.value.directory) : undefined;
    const shared = isTable(root?.workspace) ? root.workspace.package : undefined;
    return isTable(shared) && typeof shared.edition === "string" ? shared.edition : undefined;
  };
  return (start) => {
    for (let at = start; isInside(at, files.top) || at === files.top; at = dirname(at)) {
      const manifest = manifestIn(at);
      const edition = manifest && editionOf(at, manifest);
      if (edition !== undefined) return { directory: at, edition };
    }
    return undefined;
  };
}
