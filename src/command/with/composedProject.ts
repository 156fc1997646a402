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
import { stringify } from "smol-toml";
import { all, err, ok, type Result } from "../../base/result.ts";
import { patchTable } from "../../cargo/sourceId.ts";
import { isTable, parseToml, type TomlTable } from "../../cargo/toml/toml.ts";
import type { Project } from "../../project/findProject.ts";
import { scanMemory } from "../../project/scan/scanMemory.ts";
import { walkSource } from "../../project/scan/walkSource.ts";
import { firstFile } from "../../tree/files.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import { environment } from "../environment.ts";
import type { Replacement } from "./localOverride.ts";
import { patchKey, refusal, resolvePatched } from "./resolveOverrides.ts";
import type { WithOptions } from "./with.ts";

type At = {
  readonly options: Pick<GlobalOptions, "cwd" | "offline"> & WithOptions;
  readonly project: Project;
  readonly replacements: readonly Replacement[];
};

/**
 * Becomes `gantry build`, `check` or `run` in a copy of the project that holds the local packages. The copy goes
 * when the command ends; links to outputs that it left there move to the project.
 */
export async function gantryWith(
  { options, project, replacements }: At,
  words: readonly string[],
): Promise<Result<CommandOutcome>> {
  // Named like the project, since a package's directory may be its name.
  const scratch = mkdtempSync(join(tmpdir(), "gantry-with-"));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  process.on("exit", remove);
  const directory = join(scratch, basename(project.root) || "project");
  mkdirSync(directory);
  const composed = composeProject(project, replacements, directory);
  if (!composed.ok) return composed;
  const root = composed.value;
  const at = { root, toolchain: [], flags: [], offline: options.offline };
  const refused = await resolvePatched(at, replacements);
  if (!refused.ok) return refused;
  if (refused.value.length > 0) return err(await refusal(project.root, refused.value));
  const dashes = words.indexOf("--");
  const given = dashes === -1 ? words : words.slice(0, dashes);
  const own = absoluteOutLink(given, options.cwd);
  const afterwards = () => {
    moveLinks(root, project.root);
    remove();
    return [];
  };
  const argv = [...options.self, ...own, "-C", root, ...words.slice(own.length)] as const;
  const [program, ...rest] = argv;
  return ok({
    exec: { argv: [program ?? "gantry", ...rest], env: environment(), cwd: options.cwd, afterwards },
  });
}

/** `result` and `result-NAME`, unless something else than a link has that name in the project. */
function moveLinks(from: string, to: string): void {
  if (!existsSync(from)) return;
  const links = readdirSync(from, { withFileTypes: true }).filter(
    (entry) => entry.isSymbolicLink() && /^result(-|$)/.test(entry.name),
  );
  for (const { name } of links) {
    const aside = join(to, `${name}.${process.pid}`);
    symlinkSync(readlinkSync(join(from, name)), aside);
    try {
      renameSync(aside, join(to, name));
    } catch {
      rmSync(aside);
    }
  }
}

const option = "--out-link";

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
  const base = resolve(cwd, directoryIn(words) ?? "");
  return words.map((word, index) => {
    if (words[index - 1] === option) return resolve(base, word);
    return word.startsWith(`${option}=`) ? `${option}=${resolve(base, word.slice(option.length + 1))}` : word;
  });
}

/** The last counts, as it does when the command itself is started. */
function directoryIn(words: readonly string[]): string | undefined {
  const found = words.flatMap((word, index) => {
    if (words[index - 1] === "-C" || words[index - 1] === "--directory") return [word];
    return /^(?:-C|--directory=)(.+)$/s.exec(word)?.[1] ?? [];
  });
  return found.at(-1);
}

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
function composeProject(
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
