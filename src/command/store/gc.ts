import { ok, type Result } from "../../base/result.ts";
import type { Emit } from "../../engine/event.ts";
import { collectGarbage, type Garbage } from "../../store/garbage.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import { formatBytes, formatCount } from "../format.ts";
import { withStore } from "../withStore.ts";

const defaultDays = 30;

/**
 * `gantry store gc`: removes what was not used lately and no link of a build holds. May run beside builds.
 */
export function storeGc(
  options: Pick<GlobalOptions, "store"> & StoreGcOptions,
  emit: Emit,
): Promise<Result<CommandOutcome>> {
  const { maxBytes, dryRun } = options;
  const keepDays = options.keepDays ?? (maxBytes === undefined ? defaultDays : undefined);
  return withStore(options, "collecting garbage", async (store) => {
    const garbage = await collectGarbage(store.root, {
      ...(keepDays !== undefined && { keepDays }),
      ...(maxBytes !== undefined && { maxBytes }),
      dryRun,
    });
    emit({ type: "note", text: garbageText(garbage, dryRun) });
    return ok({});
  });
}

function garbageText({ trees, records, logs, bytes, keptTrees }: Garbage, dryRun: boolean): string {
  const counts = `${formatCount(trees, "tree")}, ${formatCount(records, "record")} and ${formatCount(logs, "log")}`;
  const done = dryRun ? `would remove ${counts}, and free` : `removed ${counts}, and freed`;
  return `${done} ${formatBytes(bytes)}; ${formatCount(keptTrees, "tree")} ${keptTrees === 1 ? "is" : "are"} kept`;
}

/** `gantry store gc`. What the link of a build (`./result`) points to is kept in any case. */
export type StoreGcOptions = {
  /** Keep the most recently used up to this many bytes; absent: size does not matter. */
  readonly maxBytes: number | undefined;
  /** Keep what was used within so many days; absent: 30, or with `maxBytes` any number. */
  readonly keepDays: number | undefined;
  /** Say what would go, and remove nothing. */
  readonly dryRun: boolean;
};
