import { posix } from "node:path";
import type { TomlTable } from "../cargo/toml.ts";
import { parentOf } from "../project/parentOf.ts";
import { manifestTable } from "./manifestTable.ts";

type Manifests = {
  /** Whether a path of the source is a file. */
  readonly exists: (path: string) => boolean;
  readonly text: (path: string) => string;
};

/**
 * The path of the manifest that a package inherits from, as Cargo looks for it: its own if that has a `[workspace]`,
 * the one that its `package.workspace` names, or the nearest above. Undefined for a package in no workspace. A path
 * dependency may be a member of another workspace than the one that is built.
 */
export function workspaceManifest(directory: string, { exists, text }: Manifests): string | undefined {
  for (let at = directory; ; at = parentOf(at)) {
    const path = manifestIn(at);
    // Most manifests need no parsing.
    const table: TomlTable =
      exists(path) && text(path).includes("workspace") ? manifestTable(text(path)) : {};
    if ("workspace" in table) return path;
    const pointer = at === directory ? pointerIn(table) : undefined;
    if (pointer !== undefined) return posix.join(directory, pointer, "Cargo.toml");
    if (at === "") return undefined;
  }
}

/** The path of the manifest in a directory, `""` for the source's root. */
export function manifestIn(directory: string): string {
  return posix.join(directory, "Cargo.toml");
}

function pointerIn({ package: about }: TomlTable): string | undefined {
  const pointer = typeof about === "object" && "workspace" in about ? about.workspace : undefined;
  return typeof pointer === "string" ? pointer : undefined;
}
