import { formatSourceId } from "./formatSourceId.ts";
import type { PackageId } from "./packageId.ts";
import { parseSourceId } from "./parseSourceId.ts";
import { cratesIo } from "./sourceId.ts";

/**
 * Reads a fully qualified package id; undefined where the text is none
 * (https://doc.rust-lang.org/cargo/reference/pkgid-spec.html). Where the last segment of the URL's path is
 * the package's name, only the version follows the `#`. The form of Cargo before 1.77 is read too:
 * `serde 1.0.0 (registry+https://…)`.
 *
 * @example
 * parsePackageId("path+file:///build/source/app#0.1.0")?.name // "app"
 */
export function parsePackageId(text: string): PackageId | undefined {
  const old = /^(\S+) (\S+) \((.+)\)$/.exec(text);
  if (old) return withSource(old[3] ?? "", old[1] ?? "", old[2] ?? "");
  const hash = text.lastIndexOf("#");
  if (hash === -1) return undefined;
  const [url, fragment] = [text.slice(0, hash), text.slice(hash + 1)];
  const at = fragment.search(/[@:]/);
  if (at !== -1) return withSource(url, fragment.slice(0, at), fragment.slice(at + 1));
  const path = url.replace(/\?.*/s, "");
  return withSource(url, path.slice(path.lastIndexOf("/") + 1), fragment);
}

function withSource(url: string, name: string, version: string): PackageId | undefined {
  // All crates of crates.io share one source: a thousand ids need not parse it a thousand times.
  const source = url === cratesIoText ? cratesIo : parseSourceId(url);
  return source && name !== "" && /^\d/.test(version) ? { source, name, version } : undefined;
}

const cratesIoText = formatSourceId(cratesIo);
