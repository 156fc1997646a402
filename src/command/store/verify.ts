import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { formatBytes, formatCount } from "../../base/format.ts";
import { err, ok } from "../../base/result.ts";
import type { DamagedTree, Verified } from "../../store/care/verify.ts";
import type { Command } from "../command.ts";

type VerifyOptions = {
  /** Remove what is damaged, so that it is made again. */
  readonly repair: boolean;
};

/**
 * `gantry store verify`: reads every file and every record of the store and compares them with their digests.
 *
 * Errors: `trees-damaged`, naming each tree and, where it is known, the files in it that are others; `index-damaged`,
 * where only records are. Neither with `repair`, which removes what is damaged; then `not-permitted`, where it cannot.
 */
export const storeVerify: Command<VerifyOptions> = {
  doing: "verifying the store",
  interrupted: "what was not read yet may be damaged: run it again",
  options: [{ name: "repair", summary: "remove what is damaged, so that it is made again" }],
  examples: [
    ["gantry store verify", "exits with 1 if something is damaged"],
    ["gantry store verify --repair", "and removes it"],
  ],
  read: (args) => ({ repair: args.count("repair") > 0 }),
  async run(options, emit) {
    const { repair } = options;
    const { missingStore, withStore } = await import("../open/withStore.ts");
    const missing = missingStore(options);
    if (missing) return err(missing);
    const { verifyStore } = await import("../../store/care/verify.ts");
    return withStore(options, emit, async (store) => {
      const verified = await verifyStore(store.root, {
        repair,
        signal: options.signal,
        onProgress: (done, total) => emit({ type: "progress", what: "verify", done, total }),
      });
      const { dangling } = verified;
      const isWhole = damagedParts(verified).length === 0;
      if (isWhole) emit({ type: "note", text: `the store is whole: ${readText(verified)}` });
      if (dangling > 0) emit({ type: "note", text: danglingText(dangling, repair) });
      if (isWhole) return ok({});
      if (!repair) return err(damaged(verified));
      for (const text of damagedTexts(verified)) emit({ type: "note", text: `removed ${text}` });
      if (verified.unsettled.length > 0) emit({ type: "note", text: `put right ${unsettledText(verified)}` });
      if (verified.doubtful > 0) emit({ type: "note", text: doubtfulText(verified) });
      if (verified.isIndexDamaged) emit({ type: "note", text: remadeText(verified) });
      return verified.stuck.length === 0 ? ok({}) : err(stuck(verified, store.root));
    });
  },
};

function readText({ trees, blobs, bytes, records }: Verified): string {
  const files = `${formatCount(trees, "tree")} and ${formatCount(blobs, "file")}, ${formatBytes(bytes)}`;
  return `${files}, and ${formatCount(records, "record")}`;
}

function danglingText(count: number, repair: boolean): string {
  const refer = count === 1 ? "stands" : "stand";
  return `${formatCount(count, "record")} ${refer} for trees that are gone${repair ? ", and went too" : ""}`;
}

function doubtfulText({ doubtful }: Verified): string {
  return `forgot ${formatCount(doubtful, "record")} of what may have been made from it`;
}

function remadeText({ records }: Verified): string {
  return `made the index again, with ${formatCount(records, "record")}`;
}

function damaged(verified: Verified): Diagnostic {
  const { damagedTrees, damagedBlobs, unsettled, strays } = verified;
  const isOfTrees = damagedTrees.length + damagedBlobs.length + unsettled.length + strays.length > 0;
  const parts = damagedParts(verified);
  const subject = parts.length === 1 ? parts : [parts.slice(0, -1).join(", "), parts.at(-1)];
  const verb = parts.length === 1 && /^(?:1|the) /.test(parts[0] ?? "") ? "is" : "are";
  const message = `${subject.join(" and ")} of the store ${verb} damaged`;
  return diagnostic(isOfTrees ? "trees-damaged" : "index-damaged", message, {
    notes: [...damagedTexts(verified), ...(unsettled.length > 0 ? [unsettledText(verified)] : [])],
    help: [
      unsettled.length > 0
        ? "put that right, and remove what is damaged: gantry store verify --repair"
        : "remove what is damaged, so that it is made again: gantry store verify --repair",
    ],
  });
}

function stuck({ stuck: paths }: Verified, root: string): Diagnostic {
  const [few, more] = [paths.slice(0, 3), paths.length - 3];
  const others = more > 0 ? ` and ${formatCount(more, "other")}` : "";
  return diagnostic(
    "not-permitted",
    `${backticked(few)}${others} of the store cannot be changed or removed`,
    {
      notes: ["the system refuses it; they may be immutable (`lsattr`), or another user's"],
      help: [`chattr -R -i '${root}'`, "then again: gantry store verify --repair"],
    },
  );
}

/** How much of what is damaged. */
function damagedParts(verified: Verified): string[] {
  const { damagedTrees, damagedBlobs, damagedRecords, isIndexDamaged, unsettled, strays } = verified;
  const others = unsettled.length + strays.length;
  return [
    ...(damagedTrees.length > 0 ? [formatCount(damagedTrees.length, "tree")] : []),
    ...(others > 0 ? [formatCount(others, "file or directory", "files and directories")] : []),
    ...(damagedBlobs.length > 0 ? [formatCount(damagedBlobs.length, "blob")] : []),
    ...(damagedRecords > 0 ? [formatCount(damagedRecords, "record")] : []),
    ...(isIndexDamaged ? ["the index"] : []),
  ];
}

function damagedTexts({ damagedTrees, damagedBlobs, damagedRecords, strays }: Verified): string[] {
  return [
    ...strays.map((path) => `\`${path}\`, which is none of the store's`),
    ...damagedTrees.map(treeText),
    ...damagedBlobs.map((name) => `the blob \`${name}\``),
    ...(damagedRecords > 0 ? [`${formatCount(damagedRecords, "record")} of the index`] : []),
  ];
}

/** The first few by name. */
function unsettledText({ unsettled }: Verified): string {
  const [few, more] = [unsettled.slice(0, 3), unsettled.length - 3];
  return `mode, time or owner of ${backticked(few)}${more > 0 ? ` and ${more.toLocaleString("en-US")} more` : ""}`;
}

function treeText({ tree, files }: DamagedTree): string {
  const what = files.length === 0 ? "files were added, removed or replaced" : backticked(files);
  return `the tree \`${tree}\`: ${what}`;
}
