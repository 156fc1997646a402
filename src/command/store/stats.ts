import { formatBytes, formatColumns, formatCount } from "../../base/format.ts";
import { err, ok } from "../../base/result.ts";
import type { LastCollection } from "../../store/care/automatic.ts";
import type { StoreStats } from "../../store/care/stats.ts";
import type { Command } from "../command.ts";

const formats = ["text", "json"] as const;

/** `gantry store stats`: how much there is of what, and how much is saved by keeping equal files once. */
export const storeStats: Command<{ readonly format: (typeof formats)[number] }> = {
  doing: "counting what the store holds",
  interrupted: "nothing was changed",
  options: [
    { name: "format", value: "FORMAT", summary: "how to print it [default: text]", choices: formats },
  ],
  examples: [
    ["gantry store stats", "what there is by kind, what is large, and what a collection would free"],
  ],
  read: (args) => ({ format: args.choice("format", formats) ?? "text" }),
  async run(options, emit) {
    const { missingStore, withStore } = await import("../open/withStore.ts");
    const missing = missingStore(options);
    if (missing) return err(missing);
    const { storeStats: statsOf } = await import("../../store/care/stats.ts");
    return withStore(options, emit, async (store) => {
      const start = performance.now();
      const stats = await statsOf(store.root, options.signal, (done, total) => {
        if (performance.now() - start > 1000)
          emit({ type: "progress", what: "count", name: "what the store holds", done, total });
      });
      const { lastCollection } = await import("../../store/care/automatic.ts");
      const collected = lastCollection(store.root);
      const text =
        options.format === "json"
          ? JSON.stringify({ path: store.root, ...stats, ...(collected && { collected }) })
          : statsText(store.root, stats, collected);
      return ok({ stdout: text });
    });
  },
};

function statsText(path: string, stats: StoreStats, collected: LastCollection | undefined): string {
  const number = (value: number) => value.toLocaleString("en-US");
  const kinds = stats.kinds.map(({ kind, records, trees, bytes }) => [
    kind,
    number(records),
    number(trees),
    formatBytes(bytes),
  ]);
  const whole = [
    ["trees", number(stats.trees), `${number(stats.files)} files, ${formatBytes(stats.apparentBytes)}`],
    ["blobs", number(stats.blobs), `${formatBytes(stats.bytes)}${shared(stats)}`],
    ["logs", number(stats.logs), formatBytes(stats.logBytes)],
    ["index", "", formatBytes(stats.indexBytes)],
    ["disk", "", `${formatBytes(stats.room)}, as \`du\` counts`],
  ];
  const unused = stats.unused.map(({ days, bytes }) => [
    `not used for ${formatCount(days, "day")}`,
    formatBytes(bytes),
  ]);
  const { oldestHours = 0 } = stats;
  const oldest =
    oldestHours < 48 ? formatCount(oldestHours, "hour") : formatCount(Math.floor(oldestHours / 24), "day");
  const last = collected && [
    "last collection",
    `${new Date(1000 * collected.at).toISOString().slice(0, 16).replace("T", " ")} UTC, freed ${formatBytes(collected.freed)}`,
  ];
  return [
    path,
    "",
    ...formatColumns(whole),
    "",
    ...formatColumns([["kind", "records", "trees", "size"], ...kinds]),
    "",
    ...formatColumns([...unused, ["the oldest", `not used for ${oldest}`], ...(last ? [last] : [])]),
    "",
    ...formatColumns([
      ["largest", "kind", "size"],
      ...stats.largest.map(({ tree, kind, bytes }) => [
        `trees/${tree.slice(0, 12)}…`,
        kind,
        formatBytes(bytes),
      ]),
    ]),
  ].join("\n");
}

function shared({ apparentBytes, bytes }: StoreStats): string {
  return bytes === 0 ? "" : ` (equal files kept once: ${(apparentBytes / bytes).toFixed(1)} times smaller)`;
}
