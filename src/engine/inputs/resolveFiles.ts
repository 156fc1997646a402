import { digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import type { Resolved } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";
import { placed } from "./placed.ts";

/** Text that Gantry itself writes, by path. */
export async function resolveFiles(
  context: InputContext,
  files: ReadonlyMap<string, string>,
): Promise<Result<Resolved>> {
  const tree = [...files].map(
    ([path, text]): TreeFile => ({ path, type: "file", digest: digestOf(text), executable: false }),
  );
  return ok({
    digest: treeDigest(tree),
    place: async () =>
      placed(context, await context.store.compose(tree, (file) => Buffer.from(files.get(file.path) ?? ""))),
  });
}
