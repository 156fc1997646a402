import type { Digest } from "../base/digest.ts";
import { all, ok, type Result } from "../base/result.ts";
import { type Message, parseMessage } from "../cargo/plan/message.ts";
import { parseUnitGraph } from "../cargo/plan/unitGraph.ts";
import { world } from "../derivation/world.ts";
import type { Store } from "../store/store.ts";
import { captureUnits } from "./keep/captureUnits.ts";
import { chooseUnits } from "./keep/chooseUnits.ts";
import { locateUnits } from "./keep/locateUnits.ts";
import { composeUnits } from "./keep/unitRecord.ts";
import { writtenElsewhere, writtenUnits } from "./keep/writtenUnits.ts";
import { type LocalSource, packageDirectory } from "./key/localSource.ts";
import type { KeyContext } from "./key/unitKey.ts";
import { type PlannedUnit, planUnits } from "./key/unitPlan.ts";
import { nameOfMessage, nameOfUnit, type UnitName } from "./layout/unitMessages.ts";
import { reasonsToCompile, recordHistory, type UnitHistory, type UnitReason } from "./why/unitHistory.ts";

/** The units of one target directory, from planning to keeping. */
export type TargetUnits = {
  /** How many units Cargo needs. */
  readonly total: number;
  /** Those that need not be compiled. */
  readonly restored: readonly UnitName[];
  /** Those that have to be, each with the reason. */
  readonly compiled: readonly UnitReason[];
  /** Puts them into one directory, and says where it lies. */
  readonly restore: () => Promise<Result<string>>;
  /** Takes a line of Cargo's messages; returns the unit's name if it says that one was compiled. */
  readonly onMessage: (line: string) => UnitName | undefined;
  /** Moves what was compiled into the store; returns the trees of all units that are there now, by key. */
  readonly capture: (directory: string, locate: (path: string) => string | undefined) => Promise<Captured>;
};

export type Captured = {
  /** By key. */
  readonly trees: Readonly<Record<string, Digest>>;
  /** Those that the store had, that were compiled again all the same, and came out otherwise. */
  readonly differing: readonly UnitName[];
};

type Context = Omit<KeyContext, "local"> & {
  /** The project's own files, given the directories of the packages in the plan; undefined: its units are not kept. */
  readonly local: ((packages: Iterable<string>) => LocalSource) | undefined;
  /** What need not be compiled although it is in the store: `dependencies` are units of registry and git packages. */
  readonly restore: "everything" | "dependencies" | "nothing";
  readonly history: UnitHistory;
};

/** @param graphs what Cargo printed for each of the step's invocations */
export function openTarget(store: Store, graphs: readonly string[], given: Context): Result<TargetUnits> {
  const parsed = all(graphs.map(parseUnitGraph));
  if (!parsed.ok) return parsed;
  const plan = planUnits(parsed.value);
  const directories = new Set(plan.flatMap((planned) => packageDirectory(planned) ?? []));
  const context = { ...given, local: given.local?.(directories) };
  const restored = chooseUnits(store, plan.filter(mayRestore(context)), context);
  const before = context.restore === "everything" ? restored : chooseUnits(store, plan, context);
  const byId = new Map(plan.map((planned) => [planned.id, planned]));
  const compiled = reasonsToCompile(context.history, { plan, byId, context, kept: restored });
  const messages: Message[] = [];
  return ok({
    total: plan.length,
    restored: plan.filter(({ id }) => restored.has(id)).map(({ unit }) => nameOfUnit(unit)),
    compiled,
    restore: () =>
      composeUnits(
        store,
        [...restored.values()].map(({ record }) => record),
      ),
    onMessage(line) {
      const message = parseMessage(line);
      if (!message) return undefined;
      messages.push(message);
      const isStub =
        !context.local && "packageId" in message && message.packageId.includes(`path+file://${world.source}`);
      return isStub ? undefined : nameOfMessage(message);
    },
    async capture(directory, locate) {
      const reader = { locate };
      const written = writtenUnits(directory);
      const located = locateUnits(plan, { messages, reader, written, restored });
      const elsewhere = writtenElsewhere(directory, { plan, messages, written });
      const left = { directory, written, reader, messages, elsewhere };
      const kept = await captureUnits(store, { plan, context, located, restored, ...left });
      recordHistory(context.history, { plan, byId, context, kept });
      const differs = ({ id }: PlannedUnit) => {
        const [was, is] = [before.get(id), kept.get(id)];
        return (
          was !== undefined && is !== undefined && was.key === is.key && was.record.tree !== is.record.tree
        );
      };
      return {
        trees: Object.fromEntries([...kept.values()].map(({ key, record }) => [key, record.tree])),
        differing: plan.filter(differs).map(({ unit }) => nameOfUnit(unit)),
      };
    },
  });
}

/** Of the dependencies the content is known by their package, of the project's own units file by file. */
function mayRestore({
  restore,
  contentOf,
}: Pick<Context, "restore" | "contentOf">): (planned: PlannedUnit) => boolean {
  if (restore === "dependencies") return ({ unit }) => contentOf(unit.target.srcPath) !== undefined;
  return () => restore === "everything";
}
