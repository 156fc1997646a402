import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeTree } from "./removeTree.ts";

/**
 * A fresh directory for projects and stores, removed at the end of `await using`.
 *
 * It lies outside every git checkout: `.gitignore` files above a project would decide what is part of it.
 */
export async function workDirectory(purpose: string): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), `gantry-${purpose}-`));
  return { path, [Symbol.asyncDispose]: () => removeTree(path) };
}
