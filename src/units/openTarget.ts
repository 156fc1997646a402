import type { Digest } from "../base/digest.ts";
import { all, ok, type Result } from "../base/result.ts";
import type { Message } from "../cargo/message.ts";
import { parseMessage } from "../cargo/parseMessage.ts";
import { parseUnitGraph } from "../cargo/parseUnitGraph.ts";
import type { Store } from "../store/store.ts";
import { captureUnits } from "./captureUnits.ts";
import { chooseUnits } from "./chooseUnits.ts";
import { locateUnits } from "./locateUnits.ts";
import type { KeyContext } from "./unitKeys.ts";
import { nameOfMessage, nameOfUnit, type UnitName } from "./unitName.ts";
import { planUnits } from "./unitPlan.ts";

/** The units of one target directory, from planning to keeping. */
export type TargetUnits = {
  /** How many units Cargo needs. */
  readonly total: number;
  /** Those that need not be compiled. */
  readonly restored: readonly UnitName[];
  /** Puts them into one directory, and says where it lies. */
  readonly restore: () => Promise<Result<string>>;
  /** Takes a line of Cargo's messages; returns the unit's name if it says that one was compiled. */
  readonly onMessage: (line: string) => UnitName | undefined;
  /** Moves what was compiled into the store; returns the trees of all units that are there now, by key. */
  readonly capture: (
    written: string,
    locate: (path: string) => string | undefined,
  ) => Promise<Readonly<Record<string, Digest>>>;
};

/** @param graphs what Cargo printed for each of the step's invocations */
export function openTarget(store: Store, graphs: readonly string[], context: KeyContext): Result<TargetUnits> {
  const parsed = all(graphs.map(parseUnitGraph));
  if (!parsed.ok) return parsed;
  const plan = planUnits(parsed.value, context);
  const chosen = chooseUnits(store, plan);
  const messages: Message[] = [];
  return ok({
    total: plan.total,
    restored: plan.units.filter(({ key }) => chosen.has(key)).map(({ unit }) => nameOfUnit(unit)),
    async restore() {
      const files = [...chosen.values()].flatMap((record) => record.files);
      const digest = await store.compose(files, (file) => {
        throw new Error(`the store lost \`${file.path}\` of a unit`);
      });
      return digest.ok ? ok(store.tree(digest.value) ?? "") : digest;
    },
    onMessage(line) {
      const message = parseMessage(line);
      if (!message) return undefined;
      messages.push(message);
      return nameOfMessage(message);
    },
    async capture(written, locate) {
      const reader = { locate };
      const located = locateUnits(plan, messages, reader);
      const kept = await captureUnits(store, { plan, located, restored: chosen, written, reader });
      return Object.fromEntries([...kept].map(([key, record]) => [key, record.tree]));
    },
  });
}
