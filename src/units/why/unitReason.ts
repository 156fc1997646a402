import { posix } from "node:path";
import { backticked } from "../../base/diagnostic.ts";
import { canonical, type Digest } from "../../base/digest.ts";
import { unreachable } from "../../base/narrowing.ts";
import { world } from "../../derivation/world.ts";
import { isRead, partsOf, type Read } from "../key/localSource.ts";
import { environmentFor, type KeyContext, localEnvironmentFor, noticesPrimary } from "../key/unitKey.ts";
import type { PlannedUnit } from "../key/unitPlan.ts";
import { lostReason } from "./lostReason.ts";
import { historyName, isOfScript, isRun, packageIn } from "./unitWays.ts";

/** Says in words how one environment differs from another. */
export type EnvironmentChange = (before: Digest, now: Digest) => string;

/** What a comparison of parts does not show. */
type Explanations = {
  readonly change: EnvironmentChange;
  /** What differs from the last result of its step, where that result was not built here. Default: it was. */
  readonly stepChange?: string;
  /** Who turns these features on, see `askedBy`. */
  readonly askedBy: (features: readonly string[]) => string | undefined;
  /** The versions of a dependency the last time and now, by the name that it has in the history, if they are known. */
  readonly versionsOf: (dependency: string) => { readonly was: string; readonly is: string } | undefined;
  /** Where a vendored package's content was taken from that is not the published one. */
  readonly copiedFrom: (content: Digest) => string | undefined;
  /** In which other way something of its target was built, see `otherWay`. */
  readonly otherWay: () => string | undefined;
  /** The names of those by whose word alone it is there, and who are not trusted. */
  readonly doubted: () => readonly string[];
};

/**
 * Why a unit is compiled: the first of what it is made from that differs from the last time, in words. Causes come
 * before their effects: a new compiler changes every dependency too, and is what one wants to hear of.
 *
 * @example
 * unitReason(now, before, explanations) // "feature `visit-mut` was added (by `darling 0.20` ← `app`)"
 */
export function unitReason(
  now: UnitParts,
  before: UnitParts | undefined,
  explanations: Explanations,
): string {
  if (!before) {
    const way = explanations.otherWay();
    const { stepChange } = explanations;
    const since = stepChange === undefined ? "" : `; since the last result of its step, ${stepChange}`;
    return `it was not built here before${way === undefined ? "" : `, only ${way}`}${since}`;
  }
  if (now.environment !== before.environment) return explanations.change(before.environment, now.environment);
  if (now.version !== before.version) return `its version changed from ${before.version} to ${now.version}`;
  return (
    featureReason(now, before, explanations) ??
    profileReason(now, before) ??
    linkReason(now, before) ??
    readReason(now, before) ??
    dependencyReason(now, before) ??
    contentReason(now, before, explanations) ??
    compiledDependency(now, before, explanations) ??
    missingReason(now) ??
    unkeptReason(before) ??
    lostReason(explanations.doubted())
  );
}

function featureReason(now: UnitParts, before: UnitParts, { askedBy }: Explanations): string | undefined {
  const added = now.features.filter((feature) => !before.features.includes(feature));
  const removed = before.features.filter((feature) => !now.features.includes(feature));
  const by = added.length > 0 ? askedBy(added) : undefined;
  if (added.length > 0) return `${listed("feature", added)} added${by === undefined ? "" : ` (by ${by})`}`;
  return removed.length > 0 ? `${listed("feature", removed)} removed` : undefined;
}

function listed(thing: string, names: readonly string[]): string {
  const quoted = backticked(names);
  return names.length === 1 ? `${thing} ${quoted} was` : `${thing}s ${quoted} were`;
}

function profileReason(now: UnitParts, before: UnitParts): string | undefined {
  const settings = [...new Set([...Object.keys(before.profile), ...Object.keys(now.profile)])].sort();
  const setting = settings.find((name) => now.profile[name] !== before.profile[name]);
  if (setting === undefined) return undefined;
  return `\`${setting}\` of its profile changed from ${before.profile[setting]} to ${now.profile[setting]}`;
}

/** What Cargo's graph does not show, and follows from what was asked for. */
function linkReason(now: UnitParts, before: UnitParts): string | undefined {
  if (now.lto !== before.lto) return "others link it with `lto` than the last time";
  if (now.primary === before.primary) return undefined;
  return now.primary
    ? "its package was asked for, and not only needed as the last time"
    : "its package is only needed, and was asked for the last time";
}

function readReason(now: UnitParts, before: UnitParts): string | undefined {
  const read = Object.keys(before.reads)
    .filter(isRead)
    .find((name) => name in now.reads && now.reads[name] !== before.reads[name]);
  if (read === undefined) return undefined;
  const verb =
    before.reads[read] === null ? "was added" : now.reads[read] === null ? "was removed" : "changed";
  const { kind, path } = partsOf(read);
  const place = posix.normalize(path) || ".";
  switch (kind) {
    case "file":
    case "open":
    case "look":
    case "tree":
      return `\`${place}\` ${verb}`;
    case "list":
      return verb === "changed"
        ? `a file was added to \`${place}\` or removed from it`
        : `\`${place}\` ${verb}`;
    case "link":
      return `the link \`${place}\` ${verb}`;
    case "names":
      return `a file was added to the package in \`${place}\` or removed from it, and its build script does not say which it reads`;
    case "input":
      return `\`${shownInput(path)}\` ${verb}, and it read files of it`;
    case "source":
      return `a file of the project changed, and which it reads is not known: ${path}`;
    case "env":
      return `the variable \`${path}\` ${verb}`;
    case "variables":
      return "a variable was added or removed";
    default:
      return unreachable(kind);
  }
}

/** `serde-1.0.228` for a vendored crate. */
function shownInput(path: string): string {
  return path.startsWith(`${world.vendor}/`) ? path.slice(world.vendor.length + 1) : path;
}

function contentReason(now: UnitParts, before: UnitParts, { copiedFrom }: Explanations): string | undefined {
  if (now.content === before.content) return undefined;
  if (now.local) return "its `Cargo.toml` changed";
  const place = now.content === null ? undefined : copiedFrom(now.content);
  const last = before.content === null ? undefined : copiedFrom(before.content);
  if (place !== undefined)
    return place === last ? `\`${place}\` changed` : `it is taken from \`${place}\` now, as it lies there`;
  return last === undefined
    ? "its source changed, although its version did not"
    : `it is taken as it was published now, and no longer from \`${last}\``;
}

/** It comes before the manifest, in which the dependency was added or removed. */
function dependencyReason(now: UnitParts, before: UnitParts): string | undefined {
  const added = Object.keys(now.dependencies).find((each) => !(each in before.dependencies));
  if (added !== undefined) return `${shownDependency(added)} was added`;
  const gone = Object.keys(before.dependencies).find((each) => !(each in now.dependencies));
  return gone === undefined ? undefined : `${shownDependency(gone)} was removed`;
}

function shownDependency(name: string): string {
  return `${isOfScript(name) ? "the build script of" : "its dependency"} \`${packageIn(name)}\``;
}

/** Another version before what is compiled with it, and that before what is restored from another time than the last. */
function compiledDependency(
  now: UnitParts,
  before: UnitParts,
  { versionsOf }: Explanations,
): string | undefined {
  const names = Object.keys(now.dependencies);
  for (const each of names) {
    if (isOfScript(each) || now.dependencies[each] === before.dependencies[each]) continue;
    const { was, is } = versionsOf(each) ?? {};
    if (was !== is) return `its dependency \`${each.replace(/ .*/s, "")}\` changed from ${was} to ${is}`;
  }
  const compiled = names.find((each) => now.dependencies[each] === null);
  if (compiled !== undefined)
    return `${shownDependency(compiled)} was ${isRun(compiled) ? "run" : "compiled"}`;
  const other = names.find((each) => now.dependencies[each] !== before.dependencies[each]);
  return other && `its dependency \`${packageIn(other)}\` is not the one of the last time`;
}

/** Only build scripts read trees. */
function missingReason({ reads }: UnitParts): string | undefined {
  const missing = Object.keys(reads)
    .filter(isRead)
    .find((read) => partsOf(read).kind === "tree" && reads[read] === null);
  if (missing === undefined) return undefined;
  return `it names \`${posix.normalize(partsOf(missing).path)}\`, which is not there, and so Cargo runs it each time`;
}

/** Last, since for what else changed it would have been compiled anyway. */
function unkeptReason({ unkept }: UnitParts): string | undefined {
  return unkept === undefined ? undefined : `each time, since ${unkept}`;
}

/** What a unit was made from, part by part: two of them say why a unit was compiled again. */
export type UnitParts = {
  readonly version: string;
  readonly environment: Digest;
  /** The vendored package's content, or what the manifest of one of the project's own packages says. */
  readonly content: Digest | null;
  readonly local: boolean;
  readonly profile: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  /** See `Lto`. */
  readonly lto: string;
  /** See `noticesPrimary`. */
  readonly primary: boolean;
  /** Keys by the name of each dependency; null: compiled in the same build, so not known yet. */
  readonly dependencies: Readonly<Record<string, Digest | null>>;
  /** What it read of the project's files, see `LocalSource.digestOf`; null: it is not there. */
  readonly reads: Readonly<Record<string, Digest | null>>;
  /** Why it was not kept, although it was compiled. */
  readonly unkept?: string;
};

export function unitParts(
  planned: PlannedUnit,
  context: KeyContext,
  known: {
    readonly plan: ReadonlyMap<Digest, PlannedUnit>;
    readonly keyOf: (id: Digest) => Digest | undefined;
    readonly reads: readonly Read[];
  },
): UnitParts {
  const { unit } = planned;
  const content = context.contentOf(unit.target.srcPath);
  const dependencies = planned.dependencies.flatMap(({ id }): [string, Digest | null][] => {
    const dependency = known.plan.get(id);
    return dependency ? [[historyName(dependency), known.keyOf(id) ?? null]] : [];
  });
  return {
    version: unit.package.version,
    environment:
      content === undefined
        ? localEnvironmentFor(planned, context.localEnvironment)
        : environmentFor(planned, context.environment),
    content: content ?? context.local?.factsOf(planned) ?? null,
    local: content === undefined,
    profile: Object.fromEntries(
      Object.entries(unit.profile).map(([name, value]) => [name, canonical(value)]),
    ),
    features: unit.features,
    lto: planned.lto,
    primary: noticesPrimary(planned, context),
    dependencies: Object.fromEntries(dependencies),
    reads: Object.fromEntries(known.reads.map((read) => [read, context.local?.digestOf(read) ?? null])),
  };
}
