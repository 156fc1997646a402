import { formatBytes, formatCount } from "../../base/format.ts";
import { ok } from "../../base/result.ts";
import type { Garbage } from "../../store/garbage.ts";
import type { Command } from "../command.ts";

type GcOptions = {
  /** Keep the most recently used up to this many bytes; absent: size does not matter. */
  readonly maxBytes: number | undefined;
  /** Keep what was used within so many days; absent: 30, or with `maxBytes` any number. */
  readonly keepDays: number | undefined;
  /** Say what would go, and remove nothing. */
  readonly dryRun: boolean;
};

const defaultDays = 30;

/** `gantry store gc`: removes what was not used lately and no link of a build holds. May run beside builds. */
export const storeGc: Command<GcOptions> = {
  doing: "collecting garbage",
  details:
    "What `./result` and other links of a build point to is kept, and so is whatever a build that runs at the " +
    "moment may use.",
  options: [
    {
      name: "max-size",
      value: "SIZE",
      summary: "keep the most recently used up to this size (`500M`, `20G`)",
      check: (value) => (parseSize(value) === undefined ? "not a size like `500M` or `20G`" : undefined),
    },
    {
      name: "keep-days",
      value: "N",
      summary: "keep what was used within so many days [default: 30]",
      check: (value) => (/^\d+$/.test(value) ? undefined : "not a number of days"),
    },
    { name: "dry-run", short: "n", summary: "say what would go, and remove nothing" },
  ],
  examples: [
    ["gantry store gc --max-size 20G", "for a build server, once a night"],
    ["gantry store gc --keep-days 30 --dry-run", "what a month without use would free"],
  ],
  read(args) {
    const days = args.value("keep-days");
    return {
      maxBytes: parseSize(args.value("max-size") ?? ""),
      keepDays: days === undefined ? undefined : Number(days),
      dryRun: args.count("dry-run") > 0,
    };
  },
  async run(options, emit) {
    const { maxBytes, dryRun } = options;
    const keepDays = options.keepDays ?? (maxBytes === undefined ? defaultDays : undefined);
    const { withStore } = await import("../open/withStore.ts");
    const { collectGarbage } = await import("../../store/garbage.ts");
    return withStore(options, emit, async (store) => {
      const garbage = await collectGarbage(store.root, {
        ...(keepDays !== undefined && { keepDays }),
        ...(maxBytes !== undefined && { maxBytes }),
        dryRun,
        signal: options.signal,
      });
      emit({ type: "note", text: garbageText(garbage, dryRun) });
      const { heldBytes = 0 } = garbage;
      if (maxBytes !== undefined && heldBytes > maxBytes)
        emit({ type: "note", text: heldText(heldBytes, store.root) });
      return ok({});
    });
  },
};

function garbageText({ trees, records, logs, bytes, keptTrees }: Garbage, dryRun: boolean): string {
  const counts = `${formatCount(trees, "tree")}, ${formatCount(records, "record")} and ${formatCount(logs, "log")}`;
  const done = dryRun ? `would remove ${counts}, and free` : `removed ${counts}, and freed`;
  return `${done} ${formatBytes(bytes)}; ${formatCount(keptTrees, "tree")} ${keptTrees === 1 ? "is" : "are"} kept`;
}

/** Why a limit of size was not kept to. */
function heldText(bytes: number, root: string): string {
  const size = formatBytes(bytes);
  return `${size} are more than \`--max-size\` and kept: used today, so that a build may be using them, or held by a \`result\` link; what was used today can go from tomorrow on, or with the whole store, while nothing builds: rm -rf ${root}`;
}

/** Bytes from `500M`, `20G`, `1.5GiB`, `4096`: powers of 1024. Undefined where the text is no size. */
function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text);
  if (match === null) return undefined;
  const power = ["", "k", "m", "g", "t"].indexOf((match[2] ?? "").toLowerCase());
  return Math.round(Number(match[1]) * 1024 ** power);
}
