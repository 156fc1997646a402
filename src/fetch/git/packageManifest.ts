import { posix } from "node:path";
import { ok, type Result } from "../../base/result.ts";
import { canonicalToml } from "../../cargo/canonicalToml.ts";
import { standaloneManifest } from "../../cargo/standaloneManifest.ts";
import { mapTable } from "../../cargo/table.ts";
import { isTable } from "../../cargo/toml.ts";
import type { FoundPackage } from "./findPackage.ts";
import type { PackageFiles } from "./packageFiles.ts";
import { resolveLink } from "./resolveLink.ts";
import type { TreeListing } from "./walkTree.ts";

/**
 * The manifest of a package once it stands alone. A readme or license file outside the package is added to `files`
 * and named as lying at the package's root, as `cargo package` does (1.95).
 *
 * Errors: `workspace-inheritance`.
 */
export function packageManifest(
  { manifest, root, directory }: FoundPackage,
  listing: TreeListing,
  files: PackageFiles,
): Result<string> {
  const table = standaloneManifest(manifest, root);
  if (!table.ok) return table;
  const place = (written: string): string => {
    const path = posix.join(directory, written);
    if (directory === "." || path.startsWith(`${directory}/`)) return written;
    const name = posix.basename(path);
    const from = path.startsWith("../") ? undefined : resolveLink(path, listing.links);
    if (!files.has(name) && (from === undefined || !listing.files.has(from))) return written;
    if (!files.has(name) && from !== undefined) files.set(name, { from });
    return name;
  };
  const changed = mapTable(table.value, (value, key) => {
    if ((key !== "package" && key !== "project") || !isTable(value)) return value;
    return mapTable(value, (field, name) =>
      outside.has(name) && typeof field === "string" ? place(field) : field,
    );
  });
  return ok(canonicalToml(changed));
}

const outside: ReadonlySet<string> = new Set(["readme", "license-file"]);
