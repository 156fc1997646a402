import { canonical } from "../base/canonical.ts";
import type { Digest } from "../base/digest.ts";
import type { Memo } from "../store/store.ts";
import { compatible } from "./compatible.ts";
import { environmentFor } from "./unitEnvironment.ts";
import type { KeyContext } from "./unitKey.ts";
import type { PlannedUnit } from "./unitPlan.ts";

/** What a unit was made from, part by part: two of them say why a unit was compiled again. */
export type UnitParts = {
  readonly version: string;
  readonly environment: Digest;
  /** The vendored package's content, or what the manifest of one of the project's own packages says. */
  readonly made: Digest | null;
  readonly local: boolean;
  readonly profile: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  /** Keys by the identity of each dependency; null: compiled in the same build, so not known yet. */
  readonly dependencies: Readonly<Record<string, Digest | null>>;
  /** What it read of the project's files, see `LocalSource.digestOf`; null: it is not there. */
  readonly reads: Readonly<Record<string, Digest | null>>;
};

export function unitParts(
  planned: PlannedUnit,
  context: KeyContext,
  known: {
    readonly plan: ReadonlyMap<Digest, PlannedUnit>;
    readonly keyOf: (id: Digest) => Digest | undefined;
    readonly reads: readonly string[];
  },
): UnitParts {
  const { unit } = planned;
  const content = context.contentOf(unit.target.srcPath);
  const dependencies = planned.dependencies.flatMap(({ id }): [string, Digest | null][] => {
    const dependency = known.plan.get(id);
    return dependency ? [[unitIdentity(dependency), known.keyOf(id) ?? null]] : [];
  });
  return {
    version: unit.package.version,
    environment:
      content === undefined ? context.localEnvironment : environmentFor(planned, context.environment),
    made: content ?? context.local?.factsOf(planned) ?? null,
    local: content === undefined,
    profile: Object.fromEntries(
      Object.entries(unit.profile).map(([name, value]) => [name, canonical(value)]),
    ),
    features: unit.features,
    dependencies: Object.fromEntries(dependencies),
    reads: Object.fromEntries(known.reads.map((read) => [read, context.local?.digestOf(read) ?? null])),
  };
}

/** The same unit from build to build: another patch of a crate's version, or other features, is the same unit. */
export function unitIdentity({ unit, test }: PlannedUnit): string {
  const { name, version } = unit.package;
  const parts = [`${name} ${compatible(version)}`, unit.target.kind[0], unit.target.name, unit.mode];
  return [...parts, unit.platform ?? "", String(unit.profile.opt_level), test ? "test" : ""].join("\n");
}

/** How to speak of the unit with that identity. */
export function packageOfIdentity(identity: string): string {
  return identity.slice(0, identity.indexOf("\n"));
}

/** Whether that unit is the run of a build script. */
export function isRunOfIdentity(identity: string): boolean {
  return identity.split("\n")[3] === "run-custom-build";
}

const kind = "unit-parts";

/** What the units of a step were made from when it last ran in a project. */
export function recordedParts(memo: Memo, history: string): Readonly<Record<string, UnitParts>> {
  return JSON.parse(memo.get(kind, history) ?? "{}");
}

/** Units that are not among `parts`, such as those that failed, keep what was known of them. */
export function recordParts(memo: Memo, history: string, parts: Readonly<Record<string, UnitParts>>): void {
  memo.set(kind, history, JSON.stringify({ ...recordedParts(memo, history), ...parts }));
}
