import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "smol-toml";
import { all, err, ok, type Result } from "../../base/result.ts";
import { patchTable } from "../../cargo/sourceId.ts";
import { isTable, parseToml, type TomlTable } from "../../cargo/toml/toml.ts";
import type { Project } from "../../project/findProject.ts";
import { scanMemory } from "../../project/scan/scanMemory.ts";
import { walkSource } from "../../project/scan/walkSource.ts";
import { freeBeside } from "../../tree/beside.ts";
import { firstFile } from "../../tree/files.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import type { Replacement } from "./localOverride.ts";
import { patchKey, refusal, resolveLocally } from "./resolveLocally.ts";

/** What is built against which local packages. */
type Locals = {
  readonly options: Pick<GlobalOptions, "cwd" | "offline">;
  readonly project: Project;
  readonly replacements: readonly Replacement[];
};

/**
 * Becomes `gantry build`, `check` or `run` in a copy of the project that holds the local packages. The copy goes
 * when the command ends; links to outputs that it left there move to the project.
 *
 * Errors: `override-version`, and those of `composeProject` and `resolveLocally`.
 *
 * @param words those after `gantry`
 */
export async function gantryInCopy(
  { options, project, replacements }: Locals,
  words: readonly string[],
): Promise<Result<CommandOutcome>> {
  // Named like the project, since a package's directory may be its name.
  const scratch = mkdtempSync(join(tmpdir(), "gantry-with-"));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  process.on("exit", remove);
  const directory = join(scratch, basename(project.root) || "project");
  mkdirSync(directory);
  const root = composeProject(project, replacements, directory);
  if (!root.ok) return root;
  const refused = await resolveLocally(
    { root: root.value, toolchain: [], flags: [], offline: options.offline },
    replacements,
  );
  if (!refused.ok) return refused;
  if (refused.value.length > 0) return err(await refusal(project.root, refused.value));
  const dashes = words.indexOf("--");
  const own = absoluteOutLink(dashes === -1 ? words : words.slice(0, dashes), options.cwd);
  const afterwards = () => {
    moveLinks(root.value, project.root);
    remove();
    return [];
  };
  const argv = ["gantry", ...own, "-C", root.value, ...words.slice(own.length)] as const;
  return ok({ exec: { argv, cwd: options.cwd, afterwards } });
}

/** Moves `result` and `result-NAME`, unless something else than a link has that name in the project. */
function moveLinks(from: string, to: string): void {
  if (!existsSync(from)) return;
  const links = readdirSync(from, { withFileTypes: true }).filter(
    (entry) => entry.isSymbolicLink() && /^result(-|$)/.test(entry.name),
  );
  for (const { name } of links) {
    const aside = freeBeside(join(to, name));
    symlinkSync(readlinkSync(join(from, name)), aside);
    try {
      renameSync(aside, join(to, name));
    } catch {
      rmSync(aside);
    }
  }
}

/**
 * The words of a `gantry build` with the path of `--out-link` made absolute, as the command acts elsewhere than in the
 * user's directory.
 *
 * @param words those before `--`
 * @param cwd what a relative path counts from, unless the words themselves name a directory (`-C`)
 * @example
 * absoluteOutLink(["build", "--out-link", "x"], "/home/me") // ["build", "--out-link", "/home/me/x"]
 */
export function absoluteOutLink(words: readonly string[], cwd: string): string[] {
  const { tokens } = parseArgs({
    args: [...words],
    options: { directory: { type: "string", short: "C" }, "out-link": { type: "string" } },
    strict: false,
    tokens: true,
  });
  const options = tokens.filter((token) => token.kind === "option");
  const directory = options.findLast(({ name }) => name === "directory")?.value;
  const base = resolve(cwd, directory ?? "");
  const result = [...words];
  for (const { name, value, index, inlineValue, rawName } of options) {
    if (name !== "out-link" || value === undefined) continue;
    if (inlineValue) result[index] = `${rawName}=${resolve(base, value)}`;
    else result[index + 1] = resolve(base, value);
  }
  return result;
}

/**
 * Writes a copy of the project to `directory`, in which the local packages lie under `gantry-overrides/` and
 * Cargo's settings patch the dependencies with them. To a build they are files of the project like all others: its
 * keys tell what they hold, and the sandbox need know nothing of overrides. The lock is still that of the project.
 *
 * What git ignores is not copied; a workspace is copied whole, for what its members inherit and depend on.
 *
 * Errors: those of `walkSource`, and of `parseToml` for the project's own settings and manifest.
 *
 * @returns the root of the copied project
 */
function composeProject(
  project: Project,
  replacements: readonly Replacement[],
  directory: string,
): Result<string> {
  const source = project.configuration === undefined ? project.root : dirname(project.configuration);
  const copied = copySource(source, directory);
  if (!copied.ok) return copied;
  const root = join(directory, relative(source, project.root));
  // `gantry.config.ts` is searched for up to the top of a repository.
  mkdirSync(join(directory, ".git"), { recursive: true });
  const workspaces = [...new Set(replacements.map(({ local }) => local.workspace))];
  const patch: Record<string, Record<string, TomlTable>> = {};
  for (const [index, workspace] of workspaces.entries()) {
    const place = join(root, overridesDirectory, String(index));
    const placed = copySource(workspace, place);
    if (!placed.ok) return placed;
    for (const replacement of replacements.filter(({ local }) => local.workspace === workspace)) {
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
  const files = walkSource(from, () => true, scanMemory(undefined, Date.now()).listings);
  if (!files.ok) return files;
  for (const path of files.value.paths) {
    const [source, copy] = [join(from, path), join(to, path)];
    mkdirSync(dirname(copy), { recursive: true });
    if (files.value.symlinks.has(path)) symlinkSync(readlinkSync(source), copy);
    else copyFileSync(source, copy, constants.COPYFILE_FICLONE);
  }
  return ok();
}

/** Adds patches to the file of settings that Cargo reads: of two names, the one without an ending. */
function addPatches(root: string, patch: Readonly<Record<string, TomlTable>>): Result<void> {
  const names = ["config", "config.toml"].map((name) => join(root, ".cargo", name));
  const file = firstFile(names) ?? join(root, ".cargo/config.toml");
  const text = firstFile(names) === undefined ? "" : readFileSync(file, "utf8");
  const document = parseToml(relative(root, file), text);
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

/**
 * Excludes `directory` from the workspace of a copied root manifest. Otherwise a package below it would
 * inherit from that workspace and not from its own: of the roots that it has read, Cargo takes any above a
 * package (seen with Cargo 1.95).
 *
 * Errors: `toml-syntax`.
 */
function excludeOverrides(manifest: string, directory: string): Result<void> {
  const document = parseToml("Cargo.toml", readFileSync(manifest, "utf8"));
  if (!document.ok) return document;
  const { table } = document.value;
  if (!isTable(table.workspace)) return ok();
  const before = Array.isArray(table.workspace.exclude) ? table.workspace.exclude : [];
  const workspace = { ...table.workspace, exclude: [...before, directory] };
  writeFileSync(manifest, stringify({ ...table, workspace }));
  return ok();
}
