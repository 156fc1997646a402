import type { Digest } from "../../base/digest.ts";
import type { RecordOf } from "../../store/kinds/kinds.ts";
import type { Records } from "../../store/store.ts";
import {
  entriesIn,
  entriesThatDiffer,
  executable,
  fileEntries,
  type TreeFile,
} from "../../store/treeDigest.ts";

/**
 * What the files of a source are, by the tree that they are, for the reasons of later builds. Of the next of ten thousand files
 * only those are written that are not as in a tree that was noted as a whole.
 */

/** As `fileEntries` tells, in any order; undefined where it is not known. */
export function filesOfTree(records: Records, tree: Digest): string | undefined {
  return noted(records, tree)?.text;
}

/**
 * Notes the files of a tree, where they are not known.
 *
 * @param before the tree that the source was before
 * @param filesOf not called where they are known
 */
export async function noteFiles(
  records: Records,
  { tree, before }: { readonly tree: Digest; readonly before: Digest | undefined },
  filesOf: () => Promise<readonly TreeFile[]>,
): Promise<void> {
  if (records.known("tree-files", [tree]).size > 0) return;
  const text = fileEntries(await filesOf());
  const whole = before === undefined ? undefined : noted(records, before)?.whole;
  records.set("tree-files", tree, (whole && changesFrom(whole, text)) ?? text);
  read.get(records)?.delete(tree);
}

type Whole = { readonly tree: Digest; readonly text: string };

/** `whole` is what it was told by. */
type Noted = { readonly text: string; readonly whole: Whole };

function noted(records: Records, tree: Digest): Noted | undefined {
  const known = read.get(records) ?? new Map<Digest, Noted | undefined>();
  read.set(records, known);
  if (!known.has(tree)) known.set(tree, readNoted(records, tree));
  return known.get(tree);
}

/** A step that runs asks before and after. */
const read = new WeakMap<Records, Map<Digest, Noted | undefined>>();

function readNoted(records: Records, tree: Digest): Noted | undefined {
  const record = records.get("tree-files", tree);
  if (record === undefined) return undefined;
  if (typeof record === "string") return { text: record, whole: { tree, text: record } };
  const text = records.get("tree-files", record.whole);
  if (typeof text !== "string") return undefined;
  return { text: changed(text, record), whole: { tree: record.whole, text } };
}

type Changes = Exclude<RecordOf<"tree-files">, string>;

/** How many files may differ from a tree that was noted as a whole. */
const most = 50;

/** Undefined where there are too many. */
function changesFrom(whole: Whole, text: string): Changes | undefined {
  const { before, now } = entriesThatDiffer(whole.text, text);
  const gone = [...before.keys()].filter((path) => !now.has(path));
  const others = [...now].filter(([path, content]) => before.get(path) !== content);
  if (gone.length + others.length > most) return undefined;
  return {
    whole: whole.tree,
    gone,
    others: others.map(([path, content]) => `${content}:${path}//`).join(""),
  };
}

function changed(whole: string, { gone, others }: Changes): string {
  let text = whole;
  for (const path of [...gone, ...entriesIn(others).keys()]) text = without(text, path);
  return text + others;
}

function without(text: string, path: string): string {
  const rest = `:${path}//`;
  for (let at = text.indexOf(rest); at !== -1; at = text.indexOf(rest, at + 1)) {
    const last = text.lastIndexOf("//", at);
    const start = last === -1 ? 0 : last + 2;
    // Else it is the end of a path with a colon in it.
    if (!text.slice(start, at).includes(":")) return text.slice(0, start) + text.slice(at + rest.length);
  }
  return text;
}

/**
 * In words, what changed in a source, of which `fileEntries` tells: lists of things of one kind, the most telling first.
 *
 * What is reduced is another text, and its stubs have other names, than the user's: those are told as what they say.
 */
export function sourceChanges(textBefore: string, textNow: string, isReduced: boolean): string[][] {
  const { before, now } = entriesThatDiffer(textBefore, textNow);
  // A tree may have been noted in another order.
  const paths = [...[...before.keys()].sort(), ...now.keys()];
  const changed = [...new Set(paths)].filter((path) => before.get(path) !== now.get(path));
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
