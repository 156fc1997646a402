import { existsSync, readFileSync, realpathSync } from "node:fs";
import { asDigest, type Digest } from "../base/digest.ts";
import type { StoredRecord } from "./contents.ts";

/** Whether a record says that trees are kept for somebody outside the store, whatever their age. */
export function isRoot({ kind }: Pick<StoredRecord, "kind">): boolean {
  return kind === "root" || kind === "shell";
}

/** The trees that such a record holds now; undefined where nobody is left to hold them for. */
export function heldTrees(root: string, record: StoredRecord): readonly Digest[] | undefined {
  if (record.kind === "shell") return isShellAlive(record.key) ? record.names : undefined;
  const tree = treeOfLink(root, record.key);
  return tree === undefined ? undefined : [tree];
}

/** The tree that a link outside the store leads to now; undefined where the link is gone or points elsewhere. */
function treeOfLink(root: string, link: string): Digest | undefined {
  const trees = `${realpathSync(root)}/trees/`;
  const target = targetOf(link);
  return target?.startsWith(trees) ? asDigest(target.slice(trees.length).split("/")[0] ?? "") : undefined;
}

function targetOf(link: string): string | undefined {
  try {
    return realpathSync(link);
  } catch {
    return undefined;
  }
}

/**
 * The key of a record of the kind `shell`.
 *
 * @param project its root
 * @param process one that lives as long as the shell does. Default: the shell is there as long as the project is
 */
export function shellKey(project: string, name: string, process?: number): string {
  const holder = process === undefined ? [] : [`${process} ${startOf(process) ?? ""}`];
  return [name, project, ...holder].join("\0");
}

function isShellAlive(key: string): boolean {
  const [, project = "", holder] = key.split("\0");
  if (holder === undefined) return existsSync(project);
  const [process = "", start] = holder.split(" ");
  return startOf(Number(process)) === start;
}

/** When a process began, in ticks of the system's clock: its number may be another's by now. Undefined: it is gone. */
function startOf(process: number): string | undefined {
  try {
    // What comes before the last bracket is the program's name, which may have any characters (proc(5)).
    return readFileSync(`/proc/${process}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ")[19];
  } catch {
    return undefined;
  }
}
