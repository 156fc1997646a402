import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok } from "../../base/result.ts";
import type { DamagedTree, Verified } from "../../store/verify.ts";
import type { Command } from "../command.ts";
import { formatBytes, formatCount } from "../format.ts";

type VerifyOptions = {
  /** Remove what is damaged, so that it is made again. */
  readonly repair: boolean;
};

/**
 * `gantry store verify`: reads every file of the store and compares it with its digest.
 *
 * Errors: `trees-damaged`, naming each tree and, where it is known, the files in it that are others; not with
 * `repair`, which removes them.
 */
export const storeVerify: Command<VerifyOptions> = {
  options: [{ name: "repair", summary: "remove what is damaged, so that it is made again" }],
  examples: [
    ["gantry store verify", "exits with 1 if something is damaged"],
    ["gantry store verify --repair", "and removes it"],
  ],
  read: (given) => ({ repair: given.count("repair") > 0 }),
  async run(options, emit) {
    const { repair } = options;
    const { withStore } = await import("../withStore.ts");
    const { verifyStore } = await import("../../store/verify.ts");
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
  },
};

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
