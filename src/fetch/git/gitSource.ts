import { parseSourceId } from "../../cargo/parseSourceId.ts";
import type { SourceId } from "../../cargo/sourceId.ts";

/** A repository at one commit, as a lock's `source` names it. */
export type GitSource = Extract<SourceId, { kind: "git" }> & { readonly commit: string };

/** Reads a lock's `source`; undefined for one that is not git, or not pinned to a whole commit. */
export function gitSource(source: string): GitSource | undefined {
  const parsed = parseSourceId(source);
  if (parsed?.kind !== "git" || !isCommit(parsed.commit)) return undefined;
  return { ...parsed, commit: parsed.commit };
}

export function isGit(source: string): boolean {
  return source.startsWith("git+");
}

/** SHA-1, or SHA-256 in the repositories that have it. */
function isCommit(text: string | undefined): text is string {
  return text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
