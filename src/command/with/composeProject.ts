import {
  constants,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { stringify } from "smol-toml";
import { all, ok, type Result } from "../../base/result.ts";
import { parseToml } from "../../cargo/parseToml.ts";
import { patchTable } from "../../cargo/patchTable.ts";
import { isTable, type TomlTable } from "../../cargo/toml.ts";
import type { Project } from "../../project/findProject.ts";
import { firstFile } from "../../project/firstFile.ts";
import { scanMemory } from "../../project/scanMemory.ts";
import { walkSource } from "../../project/walkSource.ts";
import { excludeOverrides } from "./excludeOverrides.ts";
import { patchKey } from "./patchKey.ts";
import type { Replacement } from "./replacement.ts";

/**
 * Writes a copy of the project to `directory`, in which the local packages lie under `gantry-overrides/` and
 * Cargo's configuration patches the dependencies with them: to a build they are files of the project like all
 * others, so its keys tell what they hold, and the sandbox need know nothing of overrides. The lock is still
 * that of the project.
 *
 * What git ignores is not copied; a workspace is copied whole, for what its members inherit and depend on.
 *
 * Errors: those of `walkSource` and of `parseToml` for the project's own configuration.
 *
 * @returns the root of the copied project
 */
export function composeProject(
  project: Project,
  replacements: readonly Replacement[],
  directory: string,
): Result<string> {
  const source = project.configuration === undefined ? project.root : dirname(project.configuration);
  const copied = copySource(source, directory);
  if (!copied.ok) return copied;
  const root = join(directory, relative(source, project.root));
  // The configuration is searched for up to the top of a repository.
  mkdirSync(join(directory, ".git"), { recursive: true });
  const workspaces = [...new Set(replacements.map(({ local }) => local.workspace))];
  const patch: Record<string, Record<string, TomlTable>> = {};
  for (const [index, workspace] of workspaces.entries()) {
    const place = join(root, overridesDirectory, String(index));
    const placed = copySource(workspace, place);
    if (!placed.ok) return placed;
    for (const replacement of replacements.filter((one) => one.local.workspace === workspace)) {
      const { local, locked } = replacement;
      const path = relative(root, join(place, relative(workspace, local.directory)));
      const entry = { path, package: locked.name };
      const table = patchTable(locked.source);
      patch[table] = { ...patch[table], [patchKey(replacement, replacements)]: entry };
    }
  }
  const done = all([addPatches(root, patch), excludeOverrides(join(root, "Cargo.toml"), overridesDirectory)]);
  return done.ok ? ok(root) : done;
}

const overridesDirectory = "gantry-overrides";

function copySource(from: string, to: string): Result<void> {
  const walked = walkSource(from, () => true, scanMemory(undefined, Date.now()).listings);
  if (!walked.ok) return walked;
  for (const path of walked.value.paths) {
    const [source, copy] = [join(from, path), join(to, path)];
    mkdirSync(dirname(copy), { recursive: true });
    if (walked.value.symlinks.has(path)) symlinkSync(readlinkSync(source), copy);
    else copyFileSync(source, copy, constants.COPYFILE_FICLONE);
  }
  return ok();
}

/** To the file that Cargo reads there: of two names, the one without an ending. */
function addPatches(root: string, patch: Readonly<Record<string, TomlTable>>): Result<void> {
  const names = ["config", "config.toml"].map((name) => join(root, ".cargo", name));
  const file = firstFile(names) ?? join(root, ".cargo/config.toml");
  const there = firstFile(names) === undefined ? "" : readFileSync(file, "utf8");
  const document = parseToml(relative(root, file), there);
  if (!document.ok) return document;
  const { table } = document.value;
  const own = isTable(table.patch) ? table.patch : {};
  const merged = Object.entries(patch).map(([source, entries]): [string, TomlTable] => {
    const before = own[source];
    return [source, { ...(isTable(before) ? before : {}), ...entries }];
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stringify({ ...table, patch: { ...own, ...Object.fromEntries(merged) } }));
  return ok();
}
