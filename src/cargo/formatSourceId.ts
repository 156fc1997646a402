import type { GitReference, SourceId, SourceIdOptions } from "./sourceId.ts";

/**
 * Writes a source id as Cargo does.
 *
 * @example
 * formatSourceId({ kind: "git", url: "https://h/a", reference: { kind: "branch", name: "f/x" } })
 * // "git+https://h/a?branch=f%2Fx"
 */
export function formatSourceId(source: SourceId, options: SourceIdOptions = {}): string {
  if (source.kind !== "git") return `${source.kind}+${source.url}`;
  const commit = source.commit === undefined ? "" : `#${source.commit}`;
  return `git+${source.url}${formatReference(source.reference, options.encoded ?? true)}${commit}`;
}

function formatReference(reference: GitReference, encoded: boolean): string {
  if (reference.kind === "default") return "";
  const { kind, name } = reference;
  return encoded ? `?${new URLSearchParams({ [kind]: name })}` : `?${kind}=${name}`;
}
