import { type Digest, digestOf } from "../base/digest.ts";
import { ok, type Result } from "../base/result.ts";
import type { Store, TreeFile } from "../store/store.ts";

/** A file of Gantry's own for a shell: a text, or a link. */
export type TextFile = { readonly path: string } & (
  | { readonly text: string; readonly isExecutable?: true }
  | { readonly target: string }
);

/** Puts files of Gantry's own into the store, as a tree that is the same for the same files. Errors: those of `Store.compose`. */
export async function composeTexts(
  store: Store,
  files: readonly TextFile[],
): Promise<Result<{ readonly tree: Digest; readonly directory: string; readonly isEmpty: boolean }>> {
  const texts = new Map(files.flatMap((file) => ("text" in file ? [[file.path, file.text] as const] : [])));
  const listed = files.map((file): TreeFile => {
    const { path } = file;
    if ("target" in file) return { type: "symlink", path, target: file.target };
    return { type: "file", path, digest: digestOf(file.text), executable: file.isExecutable === true };
  });
  const tree = await store.compose(listed, ({ path }) => Buffer.from(texts.get(path) ?? ""));
  if (!tree.ok) return tree;
  return ok({ tree: tree.value, directory: store.pathOf(tree.value), isEmpty: files.length === 0 });
}
