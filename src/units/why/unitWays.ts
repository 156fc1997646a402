import { backticked } from "../../base/diagnostic.ts";
import { canonical, type Digest } from "../../base/digest.ts";
import { compatibility } from "../../cargo/versions.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { nameOfUnit } from "../layout/unitMessages.ts";

/**
 * What a unit is called in the history of its project. It has one name from build to build: another patch of a crate's
 * version, or other features, is the same unit.
 */
export function historyName({ unit, test }: PlannedUnit): string {
  const { name, version } = unit.package;
  const parts = [`${name} ${compatibility(version)}`, unit.target.kind[0], unit.target.name, unit.mode];
  return [...parts, unit.platform ?? "", String(unit.profile.opt_level), test ? "test" : ""].join("\n");
}

/** The package of the unit that is called that, as people speak of it. */
export function packageIn(name: string): string {
  return name.slice(0, name.indexOf("\n"));
}

/** Whether the unit that is called that is the run of a build script. */
export function isRun(name: string): boolean {
  return name.split("\n")[3] === "run-custom-build";
}

/** Whether the unit that is called that is a build script, compiled or run. */
export function isOfScript(name: string): boolean {
  return name.split("\n")[1] === "custom-build";
}

/**
 * In words, in which other way a unit was built, if it was; undefined where nothing of that target was.
 *
 * @param before the names of units that were built
 * @example
 * otherWay(itoa, names) // "with `opt_level` 3"
 */
export function otherWay(planned: PlannedUnit, before: readonly string[]): string | undefined {
  const itself = historyName(planned);
  const now = itself.split("\n");
  const { name } = planned.unit.package;
  const others = before
    .filter(
      (each) =>
        each !== itself &&
        each.startsWith(`${name} `) &&
        isRun(each) === (planned.unit.mode === "run-custom-build"),
    )
    .map((each) => each.split("\n"))
    .filter((each) => each[1] === now[1] && each[2] === now[2]);
  const differing = (each: readonly string[]): number => each.filter((part, at) => part !== now[at]).length;
  const [nearest] = others.sort((a, b) => differing(a) - differing(b));
  if (!nearest) return undefined;
  const [of = "", , , mode, platform, level, test] = nearest;
  const ways = [
    of === now[0] ? [] : `in version ${of.slice(name.length + 1)}`,
    mode === now[3] ? [] : `in mode \`${mode}\``,
    platform === now[4] ? [] : `for ${platform || "the host"}`,
    level === now[5] ? [] : `with \`opt_level\` ${level}`,
    test === now[6] || mode !== now[3] ? [] : test ? "as a test" : "not as a test",
  ].flat();
  return ways.length === 0 ? undefined : ways.join(" and ");
}

/** One of the things in which units of one package may differ, in words; empty where it need not be said. */
type Trait = (planned: PlannedUnit, among: UnitPlan) => string;

/** The most telling first. */
const traits: readonly Trait[] = [
  ({ unit }) => `\`${unit.target.name}\``,
  ({ unit, test }) => (test && unit.mode === "check" ? "as a test" : ""),
  ({ unit }) => `for ${unit.platform ?? "the host"}`,
  ({ unit }) => `with \`opt_level\` ${unit.profile.opt_level}`,
  featuresAmong,
  profileAmong,
];

/**
 * By id: in words, what distinguishes a unit from those of the plan that are called the same. Absent where there is no such
 * one, and where they differ only in what they depend on.
 */
export function distinctions(plan: UnitPlan): ReadonlyMap<Digest, string> {
  const groups = Map.groupBy(plan, ({ unit }) => Object.values(nameOfUnit(unit)).join("\n"));
  return new Map(
    [...groups.values()].flatMap((group) => {
      if (group.length === 1) return [];
      const telling: Trait[] = [];
      const shown = (each: PlannedUnit): string[] =>
        telling.map((trait) => trait(each, group)).filter((text) => text !== "");
      const told = (): number => new Set(group.map((each) => shown(each).join())).size;
      for (const trait of traits) {
        const before = told();
        if (before === group.length) break;
        telling.push(trait);
        if (told() === before) telling.pop();
      }
      return group
        .map((each) => [each.id, shown(each).join(", ")] as const)
        .filter(([, text]) => text !== "");
    }),
  );
}

function featuresAmong({ unit }: PlannedUnit, among: UnitPlan): string {
  const all = [...new Set(among.flatMap((each) => each.unit.features))];
  const distinct = all.filter((feature) => !among.every((each) => each.unit.features.includes(feature)));
  const has = distinct.filter((feature) => unit.features.includes(feature));
  const one = has.length > 0 ? has : distinct;
  return `${has.length > 0 ? "with" : "without"} ${one.length === 1 ? "feature" : "features"} ${backticked(one)}`;
}

function profileAmong({ unit }: PlannedUnit, among: UnitPlan): string {
  const settingOf = ({ unit }: PlannedUnit, name: string): string => canonical(unit.profile[name] ?? null);
  const names = [...new Set(among.flatMap((each) => Object.keys(each.unit.profile)))].sort();
  const differing = names.filter((name) => new Set(among.map((each) => settingOf(each, name))).size > 1);
  return differing.map((name) => `with \`${name}\` ${canonical(unit.profile[name] ?? null)}`).join(", ");
}
