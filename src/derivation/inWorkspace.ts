import { posix } from "node:path";

/** Something whose Cargo workspace lies at its root, or in a directory of it. */
type WithWorkspace = { readonly workspace?: string };

/**
 * The path, relative to the source's root, of a file of its workspace.
 *
 * @example
 * inWorkspace({ workspace: "rust" }, "Cargo.lock") // "rust/Cargo.lock"
 */
export function inWorkspace({ workspace }: WithWorkspace, path: string): string {
  return posix.join(workspace ?? "", path);
}

/** Where the commands of a step run. */
export function workingDirectory({ workspace }: WithWorkspace): string {
  return posix.join("/build/source", workspace ?? "");
}
