import type { TreeFile } from "../../store/treeDigest.ts";

/** What is remembered of each file of a source, by its path. */
export type FileEntries = Readonly<Record<string, string>>;

const executable = " executable";

export function fileEntries(files: readonly TreeFile[]): FileEntries {
  return Object.fromEntries(files.map((file) => [file.path, entryOf(file)]));
}

function entryOf(file: TreeFile): string {
  if (file.type === "file") return `${file.digest}${file.executable ? executable : ""}`;
  return file.type === "symlink" ? `-> ${file.target}` : "directory";
}

/**
 * In words, what changed in a source: lists of things of one kind, the most telling first.
 *
 * What is reduced is another text, and its stubs have other names, than the user's: those are told as what they say.
 */
export function sourceChanges(before: FileEntries, now: FileEntries, isReduced: boolean): string[][] {
  const changed = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (path) => before[path] !== now[path],
  );
  const isWritten = (path: string): boolean => isReduced && /(^|\/)Cargo\.(toml|lock)$|\.rs$/.test(path);
  const verbatim = changed.filter((path) => !isWritten(path));
  const changes = [
    verbatim.map((path) => `\`${path}\` ${verb(before[path], now[path])}`),
    changed.some((path) => isWritten(path) && path.endsWith(".rs"))
      ? ["its packages have other targets"]
      : [],
    changed.some((path) => isWritten(path) && !path.endsWith(".rs"))
      ? ["the manifests or the lock changed"]
      : [],
  ].filter((each) => each.length > 0);
  return changes.length > 0 ? changes : [["its source changed"]];
}

function verb(before: string | undefined, now: string | undefined): string {
  if (before === undefined) return "was added";
  if (now === undefined) return "was removed";
  if (now === `${before}${executable}`) return "became executable";
  return before === `${now}${executable}` ? "is no longer executable" : "changed";
}
