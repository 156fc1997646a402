import type { Digest } from "../../base/digest.ts";
import type { Message } from "../../cargo/plan/message.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { nameOfMessage, nameOfUnit, signatureOfMessage, signatureOfUnit } from "../layout/unitMessages.ts";

/** A build that failed or was interrupted. */
type BrokenBuild = {
  readonly plan: UnitPlan;
  readonly messages: readonly Message[];
  /** See `failuresTold`. */
  readonly failed: ReadonlySet<Digest>;
  /** The units that are known to be there, by id. */
  readonly there: ReadonlySet<Digest>;
};

/** `unfinished`: it was not reached, or interrupted. */
type UnitEnd = "finished" | "failed" | "unfinished";

/**
 * Takes down, line by line, which units may have failed: Cargo says so in the words `could not compile` and `failed to run custom
 * build command` (1.95), and then prints whatever the script has printed.
 */
export function failuresTold(plan: UnitPlan): {
  /** @param line without colours */
  readonly onLine: (line: string) => void;
  readonly failed: ReadonlySet<Digest>;
} {
  const failed = new Set<Digest>();
  return {
    failed,
    onLine(line) {
      const failure = failureIn(line);
      if (failure) for (const planned of plan) if (isOf(planned, failure)) failed.add(planned.id);
    },
  };
}

/** How the units of a build that did not end well ended, by id. Cargo says which it finished in its messages. */
export function unitEnds({ plan, messages, failed, there }: BrokenBuild): ReadonlyMap<Digest, UnitEnd> {
  const finished = new Set(messages.flatMap((message) => signatureOfMessage(message)?.signature ?? []));
  const named = new Set(messages.flatMap((message) => JSON.stringify(nameOfMessage(message)) ?? []));
  const isFinished = ({ id, unit }: PlannedUnit): boolean =>
    there.has(id) ||
    finished.has(signatureOfUnit(unit)) ||
    (unit.mode === "doc" && named.has(JSON.stringify(nameOfUnit(unit))));
  const done = new Set(plan.filter(isFinished).map(({ id }) => id));
  const isFailed = ({ id, dependencies }: PlannedUnit): boolean =>
    failed.has(id) && dependencies.every((each) => done.has(each.id));
  return new Map(
    plan.map((planned) => [
      planned.id,
      done.has(planned.id) ? "finished" : isFailed(planned) ? "failed" : "unfinished",
    ]),
  );
}

/** What Cargo says of a unit that failed. */
type Failure = {
  readonly package: string;
  /** `lib`, `bin "app" test`, `build script`; absent: an older Cargo, which does not tell. */
  readonly target?: string;
  readonly isRun: boolean;
};

function failureIn(line: string): Failure | undefined {
  const run = /^error: failed to run custom build command for `([^ `]+)/.exec(line)?.[1];
  if (run !== undefined) return { package: run, isRun: true };
  const [, name, target] =
    /^error: could not (?:compile|document) `([^ `]+)[^`]*`(?: \(([^)]*)\))?/.exec(line) ?? [];
  return name === undefined
    ? undefined
    : { package: name, isRun: false, ...(target !== undefined && { target }) };
}

function isOf(planned: PlannedUnit, failure: Failure): boolean {
  const { unit } = planned;
  if (unit.package.name !== failure.package) return false;
  if ((unit.mode === "run-custom-build") !== failure.isRun) return false;
  return failure.target === undefined || failure.target === describedByCargo(planned);
}

/** As Cargo does: `lib test`, `bin "app"`, `build script` (`descriptive_pkg_name`, Cargo 1.95). */
function describedByCargo({ unit: { target, mode }, test }: PlannedUnit): string {
  const [kind = ""] = target.kind;
  const isTest = kind === "test" || kind === "bench";
  const isNamed = isTest || kind === "bin" || kind === "example";
  const name = kind === "custom-build" ? "build script" : isNamed ? `${kind} "${target.name}"` : "lib";
  return `${name}${mode === "doc" ? " doc" : test && !isTest ? " test" : ""}`;
}
