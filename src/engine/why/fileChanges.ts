import type { TreeFile } from "../../store/treeDigest.ts";

const executable = " executable";

/**
 * What is remembered of each file of a source: its path and what is there, each ended by NUL. One text, since a source may have
 * tens of thousands of files.
 */
export function fileEntries(files: readonly TreeFile[]): string {
  const known = texts.get(files);
  if (known !== undefined) return known;
  let text = "";
  for (const file of files) text += `${file.path}\0${entryOf(file)}\0`;
  texts.set(files, text);
  return text;
}

/** A step that runs asks for them before and after. */
const texts = new WeakMap<readonly TreeFile[], string>();

function entryOf(file: TreeFile): string {
  if (file.type === "file") return `${file.digest}${file.executable ? executable : ""}`;
  return file.type === "symlink" ? `-> ${file.target}` : "directory";
}

/**
 * In words, what changed in a source: lists of things of one kind, the most telling first.
 *
 * What is reduced is another text, and its stubs have other names, than the user's: those are told as what they say.
 */
export function sourceChanges(textBefore: string, textNow: string, isReduced: boolean): string[][] {
  const before = entriesIn(textBefore);
  const now = entriesIn(textNow);
  const changed = [...new Set([...before.keys(), ...now.keys()])].filter(
    (path) => before.get(path) !== now.get(path),
  );
  const isWritten = (path: string): boolean => isReduced && /(^|\/)Cargo\.(toml|lock)$|\.rs$/.test(path);
  const verbatim = changed.filter((path) => !isWritten(path));
  const changes = [
    verbatim.map((path) => `\`${path}\` ${verb(before.get(path), now.get(path))}`),
    changed.some((path) => isWritten(path) && path.endsWith(".rs"))
      ? ["its packages have other targets"]
      : [],
    changed.some((path) => isWritten(path) && !path.endsWith(".rs"))
      ? ["the manifests or the lock changed"]
      : [],
  ].filter((each) => each.length > 0);
  return changes.length > 0 ? changes : [["its source changed"]];
}

function entriesIn(text: string): ReadonlyMap<string, string> {
  const parts = text.split("\0");
  const entries = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) entries.set(parts[at] ?? "", parts[at + 1] ?? "");
  return entries;
}

function verb(before: string | undefined, now: string | undefined): string {
  if (before === undefined) return "was added";
  if (now === undefined) return "was removed";
  if (now === `${before}${executable}`) return "became executable";
  return before === `${now}${executable}` ? "is no longer executable" : "changed";
}
