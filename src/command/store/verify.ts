import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Emit } from "../../engine/event.ts";
import { type DamagedTree, type Verified, verifyStore } from "../../store/verify.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import { formatBytes, formatCount } from "../format.ts";
import { withStore } from "../withStore.ts";

/**
 * `gantry store verify`: reads every file of the store and compares it with its digest.
 *
 * Errors: `trees-damaged`, naming each tree and, where it is known, the files in it that are others; not with
 * `repair`, which removes them.
 */
export function storeVerify(
  options: Pick<GlobalOptions, "store"> & StoreVerifyOptions,
  emit: Emit,
): Promise<Result<CommandOutcome>> {
  const { repair } = options;
  return withStore(options, "verifying the store", async (store) => {
    const verified = await verifyStore(store.root, {
      repair,
      onProgress: (done, total) => emit({ type: "progress", what: "verify", done, total }),
    });
    const { trees, blobs, bytes, dangling, damagedTrees, damagedBlobs } = verified;
    const whole = damagedTrees.length + damagedBlobs.length === 0;
    const read = `${formatCount(trees, "tree")} and ${formatCount(blobs, "file")}, ${formatBytes(bytes)}`;
    if (whole) emit({ type: "note", text: `the store is whole: ${read}` });
    if (dangling > 0) emit({ type: "note", text: danglingText(dangling, repair) });
    if (whole) return ok({});
    if (!repair) return err(damaged(verified));
    for (const text of damagedTexts(verified)) emit({ type: "note", text: `removed ${text}` });
    return ok({});
  });
}

function danglingText(count: number, repair: boolean): string {
  const refer = count === 1 ? "stands" : "stand";
  return `${formatCount(count, "record")} ${refer} for trees that are gone${repair ? ", and went too" : ""}`;
}

function damaged(verified: Verified): Diagnostic {
  const { damagedTrees, damagedBlobs } = verified;
  const counts = [
    ...(damagedTrees.length > 0 ? [formatCount(damagedTrees.length, "tree")] : []),
    ...(damagedBlobs.length > 0 ? [formatCount(damagedBlobs.length, "blob")] : []),
  ];
  const are = damagedTrees.length + damagedBlobs.length === 1 ? "is" : "are";
  return diagnostic("trees-damaged", `${counts.join(" and ")} of the store ${are} damaged`, {
    notes: damagedTexts(verified),
    help: ["remove what is damaged, so that it is made again: gantry store verify --repair"],
  });
}

function damagedTexts({ damagedTrees, damagedBlobs }: Verified): string[] {
  return [...damagedTrees.map(treeText), ...damagedBlobs.map((name) => `the blob \`${name}\``)];
}

function treeText({ tree, files }: DamagedTree): string {
  const what = files.length === 0 ? "files were added, removed or replaced" : backticked(files);
  return `the tree \`${tree}\`: ${what}`;
}

/** `gantry store verify`. */
export type StoreVerifyOptions = {
  /** Remove what is damaged, so that it is made again. */
  readonly repair: boolean;
};
