import { redact } from "../../cargo/redact.ts";
import { cratesIo, cratesIoText } from "../../cargo/sourceId.ts";

/**
 * Whether a lock's `source` is crates.io. Cargo writes the git index's URL even where it reads the sparse one
 * (seen with Cargo 1.95), so that locks agree.
 */
export function isCratesIo(source: string): boolean {
  return source === cratesIoText;
}

/** What people call the registry of a lock's `source`: `crates.io`, or its URL without credentials. */
export function registryName(source: string): string {
  return isCratesIo(source) ? "crates.io" : redact(source.replace(/^registry\+/, ""));
}

/**
 * Whether a directory of Cargo's download cache belongs to the registry. Cargo names it `<host>-<hash>`, where
 * the hash is Cargo's own affair; for crates.io the host is that of its sparse or of its git index.
 * False for a mirror, whose host the lock does not know.
 */
export function isCacheOf(directoryName: string, source: string): boolean {
  const host = directoryName.replace(/-[0-9a-f]+$/, "");
  if (isCratesIo(source)) return host.endsWith("crates.io") || host === new URL(cratesIo.url).hostname;
  const url = source.replace(/^(registry|sparse)\+/, "");
  return URL.canParse(url) && new URL(url).hostname === host;
}
