import { cratesIo, type SourceId } from "./sourceId.ts";

/**
 * What `[patch.<…>]` calls the source of a package: `crates-io`, or the URL of a registry's index or of a git
 * repository. One entry is for all branches and revisions of a repository.
 *
 * Source: The Cargo Book, "Overriding dependencies", the `[patch]` section.
 */
export function patchTable(source: SourceId): string {
  if (source.kind === cratesIo.kind && source.url === cratesIo.url) return "crates-io";
  return source.kind === "sparse" ? `sparse+${source.url}` : source.url;
}
