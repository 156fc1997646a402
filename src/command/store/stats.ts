import { formatBytes, formatColumns } from "../../base/format.ts";
import { ok } from "../../base/result.ts";
import type { StoreStats } from "../../store/care/stats.ts";
import type { Command } from "../command.ts";

const formats = ["text", "json"] as const;

/** `gantry store stats`: how much there is of what, and how much is saved by keeping equal files once. */
export const storeStats: Command<{ readonly format: (typeof formats)[number] }> = {
  doing: "counting what the store holds",
  options: [
    { name: "format", value: "FORMAT", summary: "how to print it [default: text]", choices: formats },
  ],
  examples: [["gantry store stats", "results, units, trees and bytes"]],
  read: (args) => ({ format: args.choice("format", formats) ?? "text" }),
  async run(options, emit) {
    const { withStore } = await import("../open/withStore.ts");
    const { storeStats: statsOf } = await import("../../store/care/stats.ts");
    return withStore(options, emit, async (store) => {
      const stats = await statsOf(store.root, options.signal);
      const text =
        options.format === "json"
          ? JSON.stringify({ path: store.root, ...stats })
          : statsText(store.root, stats);
      return ok({ stdout: text });
    });
  },
};

function statsText(path: string, stats: StoreStats): string {
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
  ];
  return [
    path,
    "",
    ...formatColumns(whole),
    "",
    ...formatColumns([["kind", "records", "trees", "size"], ...kinds]),
  ].join("\n");
}

function shared({ apparentBytes, bytes }: StoreStats): string {
  return bytes === 0 ? "" : ` (equal files kept once: ${(apparentBytes / bytes).toFixed(1)} times smaller)`;
}
