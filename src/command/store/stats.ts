import { ok, type Result } from "../../base/result.ts";
import { type StoreStats, storeStats as statsOf } from "../../store/stats.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import { formatBytes, formatColumns } from "../format.ts";
import { withStore } from "../withStore.ts";

/** `gantry store stats`: how much there is of what, and how much is saved by keeping equal files once. */
export function storeStats(
  options: Pick<GlobalOptions, "store"> & StoreStatsOptions,
): Promise<Result<CommandOutcome>> {
  return withStore(options, "counting what the store holds", async (store) => {
    const stats = statsOf(store.root);
    const text =
      options.format === "json"
        ? JSON.stringify({ path: store.root, ...stats })
        : statsText(store.root, stats);
    return ok({ stdout: text });
  });
}

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

/** `gantry store stats`. */
export type StoreStatsOptions = {
  readonly format: "text" | "json";
};
