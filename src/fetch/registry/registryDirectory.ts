import { digestOf } from "../../base/digest.ts";
import { isCratesIo, registryName } from "./registryName.ts";

/**
 * The directory of a registry below the vendor directory, by the lock's `source`: `""`, the vendor directory
 * itself, for crates.io, and `<host>-<8 digits of the source's digest>` for any other.
 *
 * Two registries may hold crates of the same name and version. In one directory source Cargo would take either
 * for both, so each registry has its own; Cargo ignores a subdirectory without `Cargo.toml` (1.95).
 */
export function registryDirectory(source: string): string {
  if (isCratesIo(source)) return "";
  const url = registryName(source).replace(/^sparse\+/, "");
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  return `${host.replace(/[^\w.-]/g, "_") || "registry"}-${digestOf(source).slice(0, 8)}`;
}
