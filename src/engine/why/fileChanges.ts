import { entriesThatDiffer, executable } from "../../store/treeDigest.ts";

/**
 * In words, what changed in a source, of which `fileEntries` tells: lists of things of one kind, the most telling first.
 *
 * What is reduced is another text, and its stubs have other names, than the user's: those are told as what they say.
 */
export function sourceChanges(textBefore: string, textNow: string, isReduced: boolean): string[][] {
  const { before, now } = entriesThatDiffer(textBefore, textNow);
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

function verb(before: string | undefined, now: string | undefined): string {
  if (before === undefined) return "was added";
  if (now === undefined) return "was removed";
  if (now === `${before}${executable}`) return "became executable";
  return before === `${now}${executable}` ? "is no longer executable" : "changed";
}
