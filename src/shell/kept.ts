import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { isInside } from "../base/paths.ts";
import type { Project } from "../project/findProject.ts";
import { replaceFile } from "../tree/replaceFile.ts";
import type { ShellEnvironment } from "./environment.ts";
import { shellWord } from "./quote.ts";

/** Where the text lies that an `.envrc` takes as long as nothing changed, from the project's root. */
export function keptPath(name: string): string {
  return `.gantry/shell/${name}.sh`;
}

/**
 * The files that say what the shells of a project are, whether they are there or not. Without a configuration the lock is one
 * of them, by whose crates native packages are recognised.
 *
 * @param modules files of the configuration. Default: it is alone
 */
export function describingFiles(
  { root, configuration, toolchainFile, cargoConfigs }: Project,
  modules: readonly string[] = [],
): readonly string[] {
  const all = [
    configuration ?? "gantry.config.ts",
    ...modules,
    "gantry.lock",
    toolchainFile ?? "rust-toolchain.toml",
    ".cargo/config.toml",
    ...cargoConfigs,
    ...(configuration === undefined ? ["Cargo.lock"] : []),
  ];
  return [
    ...new Set(
      all.map((path) => (path.startsWith("/") && isInside(path, root) ? relative(root, path) : path)),
    ),
  ];
}

/**
 * Leaves an environment that was printed for direnv in the project, with a first line by which bash itself finds out that
 * nothing it was made from changed: to start Gantry for that takes longer than all else when one enters a directory. Where it
 * cannot be left, as in a project that is not writable, Gantry is started each time. With `gantry_anyway` set it holds as the
 * environment that was good last, for a description that is being edited.
 *
 * @param described see `describingFiles`. Where one was saved since this process began, the text may be of what it was before, and is
 * not kept: the next time makes another
 * @returns the text, which also has direnv watch the files
 */
export function keepPrinted(
  { root, name, madeFrom, path }: ShellEnvironment,
  printed: string,
  described: readonly string[],
): string {
  const watched = `watch_file ${described.map(shellWord).join(" ")}\n`;
  const text = watched + printed;
  // Whatever lies outside is a file that exists, or the environment would be another.
  const files = [...described, ...madeFrom, ...path];
  const file = join(root, keptPath(name));
  const isSaved = described.some((each) => isChangedSince(performance.timeOrigin, placeIn(root, each)));
  if (isSaved) return text;
  const guard = `[[ -n "\${gantry_anyway-}" || "$(stat -Lc ${shellWord(format)} -- ${files.map(shellWord).join(" ")} 2>/dev/null)" == ${shellWord(stampsOf(root, files))} ]] || return 1\n`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(join(dirname(file), ".gitignore"), "*\n");
    replaceFile(
      file,
      `# Written by \`gantry env --direnv\` for .envrc. Git need not know it.\n${guard}${text}`,
    );
  } catch {
    // The next time takes as long as this one.
  }
  return text;
}

/** @param time in milliseconds since the epoch */
function isChangedSince(time: number, file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0) > time;
}

function placeIn(root: string, path: string): string {
  return join(path.startsWith("/") ? "" : root, path);
}

/** Name, size, time of the content in whole seconds and their rest, inode. */
const format = "%n %s %Y %i";

/** What `stat` prints of the files that are there. */
function stampsOf(root: string, files: readonly string[]): string {
  const lines = files.flatMap((path) => {
    const found = statSync(placeIn(root, path), { throwIfNoEntry: false });
    return found ? [`${path} ${found.size} ${Math.floor(found.mtimeMs / 1000)} ${found.ino}`] : [];
  });
  return lines.join("\n");
}
