import { formatBytes, formatColumns, formatCount, parseAge, parseSize } from "../../base/format.ts";
import { err, ok } from "../../base/result.ts";
import type { Garbage, Left } from "../../store/care/garbage.ts";
import type { Command } from "../command.ts";

type GcOptions = {
  /** How much room the store may take, in bytes; absent: size does not matter. */
  readonly maxBytes: number | undefined;
  /** What was not used for longer goes, in seconds; absent: 30 days, or with `maxBytes` age does not matter. */
  readonly keepSeconds: number | undefined;
  /** Say what would go, and remove nothing. */
  readonly dryRun: boolean;
  /** Collect only where that is due, and nobody else does. */
  readonly automatic: boolean;
};

const defaultAge = 30 * 24 * 3600;

/** `gantry store gc`: removes what was not used lately and nothing holds. May run beside builds. */
export const storeGc: Command<GcOptions> = {
  doing: "collecting garbage",
  interrupted: "the store is whole, and the next collection goes on from there",
  details:
    "With a size, what was used longest ago goes first, until all of the store fits. What `./result` and other links of a " +
    "build point to is kept, and what a dev shell uses, and what was used within this hour or since the oldest command " +
    "that runs began: so it may run beside builds, which do not wait for it. Where the variable GANTRY_STORE_MAX_SIZE has a size, " +
    "builds start it by themselves, in the background (`--automatic`).",
  options: [
    {
      name: "max-size",
      value: "SIZE",
      summary: "remove what was used longest ago, until the store takes no more than this (`500M`, `20G`)",
      check: (value) => (parseSize(value) === undefined ? "not a size like `500M` or `20G`" : undefined),
    },
    {
      name: "older-than",
      value: "AGE",
      summary: "remove what was not used for longer (`12h`, `30d`, `2w`) [default without --max-size: 30d]",
      check: (value) => (parseAge(value) === undefined ? "not an age like `12h`, `30d` or `2w`" : undefined),
    },
    {
      name: "automatic",
      summary: "with --max-size: only a day after the last time, or where the size is passed by a tenth",
    },
    { name: "dry-run", short: "n", summary: "list what would go, by kind, and remove nothing" },
  ],
  examples: [
    ["gantry store gc", "what was not used for 30 days"],
    ["gantry store gc --max-size 20G", "for a build server, once a night"],
    ["gantry store gc --older-than 1w --dry-run", "what a week without use would free"],
  ],
  read: (args) => ({
    maxBytes: parseSize(args.value("max-size") ?? ""),
    keepSeconds: parseAge(args.value("older-than") ?? ""),
    dryRun: args.count("dry-run") > 0,
    automatic: args.count("automatic") > 0,
  }),
  async run(options, emit) {
    const { maxBytes, dryRun } = options;
    const keepSeconds = options.keepSeconds ?? (maxBytes === undefined ? defaultAge : undefined);
    const { missingStore, withStore } = await import("../open/withStore.ts");
    const missing = missingStore(options);
    if (missing && options.store !== undefined) return err(missing);
    if (missing) emit({ type: "note", text: `${missing.message}: nothing is to be removed` });
    if (missing) return ok({});
    const { collectGarbage } = await import("../../store/care/garbage.ts");
    const { collectIfDue, rememberCollection } = await import("../../store/care/automatic.ts");
    return withStore(options, emit, async (store) => {
      if (options.automatic && maxBytes !== undefined) {
        const collected = await collectIfDue(store.root, maxBytes, options.signal);
        emit({ type: "note", text: collected ? garbageText(collected, false) : "nothing is due" });
        return ok({});
      }
      const garbage = await collectGarbage(store.root, {
        ...(keepSeconds !== undefined && { keepSeconds }),
        ...(maxBytes !== undefined && { maxBytes }),
        dryRun,
        signal: options.signal,
        onWait(isOver) {
          if (!isOver) emit({ type: "note", text: "waiting for another collection of this store" });
        },
      });
      if (!dryRun) rememberCollection(store.root, garbage);
      emit({ type: "note", text: garbageText(garbage, dryRun) });
      const { left, young } = garbage;
      if (young) emit({ type: "note", text: youngText(young) });
      if (maxBytes !== undefined && left && left.bytes > maxBytes)
        for (const text of heldTexts(left, maxBytes)) emit({ type: "note", text });
      return ok(dryRun && garbage.kinds.length > 0 ? { stdout: kindsTable(garbage) } : {});
    });
  },
};

function garbageText({ trees, records, logs, bytes, keptTrees, left }: Garbage, dryRun: boolean): string {
  const counts = `${formatCount(trees, "tree")}, ${formatCount(records, "record")} and ${formatCount(logs, "log")}`;
  const done = dryRun ? `would remove ${counts}, and free` : `removed ${counts}, and freed`;
  const kept = `${formatCount(keptTrees, "tree")} ${keptTrees === 1 ? "is" : "are"} kept`;
  return `${done} ${formatBytes(bytes)}; ${kept}${left ? `, and the store takes ${formatBytes(left.bytes)}` : ""}`;
}

/** Why things are kept that are older than was asked for. */
function youngText({ trees, inUseSince }: NonNullable<Garbage["young"]>): string {
  const since = new Date(1000 * inUseSince).toISOString().slice(0, 16).replace("T", " ");
  const were = trees === 1 ? "was" : "were";
  return `${formatCount(trees, "tree")} of these ${were} used since ${since} UTC, so that a command may be using them; they can go an hour after the last command has ended`;
}

function kindsTable({ kinds }: Garbage): string {
  const rows = kinds.map(({ kind, count, bytes }) => [
    kind,
    count === 0 ? "" : count.toLocaleString("en-US"),
    formatBytes(bytes),
  ]);
  return formatColumns([["kind", "would go", "frees"], ...rows]).join("\n");
}

/** Why a limit of size was not kept to, and what to do about each reason. */
function heldTexts({ inUse, inUseSince, linked, links, other }: Left, maxBytes: number): string[] {
  const since = new Date(1000 * inUseSince).toISOString().slice(0, 16).replace("T", " ");
  const [largest] = links;
  return [
    `that is more than the ${formatBytes(maxBytes)} of \`--max-size\`:`,
    ...(inUse > 0
      ? [
          `${formatBytes(inUse)} were used since ${since} UTC, so that a command may be using them; they can go an hour after the last command has ended`,
        ]
      : []),
    ...(linked > 0 && largest
      ? [
          `${formatBytes(linked)} are held by ${formatCount(links.length, "link or shell", "links and shells")}, most by ${largest[0]} (${formatBytes(largest[1])}): remove what is not needed`,
        ]
      : []),
    ...(other > maxBytes / 10 ? [`${formatBytes(other)} are the index, logs and directories`] : []),
  ];
}
