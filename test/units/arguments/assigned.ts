import type { Digest } from "../../../src/base/digest.ts";
import type { PlannedUnit, UnitPlan } from "../../../src/units/key/unitPlan.ts";
import type { Started } from "./loggedBuild.ts";

/**
 * Which process was started for which unit, by id. Those that nothing tells apart are left out.
 *
 * What rustc is compiled against tells its unit from others of the same package, target, profile and features.
 */
export function assigned(plan: UnitPlan, started: readonly Started[]): ReadonlyMap<Digest, Started> {
  const found = new Map<Digest, Started>();
  const bySignature = Map.groupBy(started, signatureOfStarted);
  const units = plan.filter(({ unit }) => unit.mode !== "doc" && unit.mode !== "doctest");
  const sizes = new Map([...Map.groupBy(units, signatureOfPlanned)].map(([name, all]) => [name, all.length]));
  for (const planned of units) {
    const signature = signatureOfPlanned(planned);
    const candidates = (bySignature.get(signature) ?? []).filter((each) => isAgainst(each, planned, found));
    const [only, ...others] = candidates;
    const isCertain = others.length === 0 && (sizes.get(signature) === 1 || hasLinked(planned, found));
    if (only && isCertain) found.set(planned.id, only);
  }
  return found;
}

function hasLinked({ dependencies }: PlannedUnit, found: ReadonlyMap<Digest, Started>): boolean {
  return dependencies.some(({ id }) => found.has(id));
}

/** Whether it was given what the unit's located dependencies were compiled to. */
function isAgainst({ argv }: Started, { dependencies }: PlannedUnit, found: ReadonlyMap<Digest, Started>) {
  return dependencies.every((edge) => {
    const extra = found.get(edge.id)?.argv.find((word) => word.startsWith("extra-filename="));
    const hash = extra?.replace(/.*-/, "");
    const name = edge.externCrateName;
    const given = argv.find((word) => word.startsWith(`${name}=`));
    return hash === undefined || given === undefined || given.includes(hash);
  });
}

function signatureOfPlanned({ unit, test }: PlannedUnit): string {
  const { target, profile, features } = unit;
  const about = [unit.package.name, unit.platform ?? "", features.join(), String(profile.opt_level)];
  if (unit.mode === "run-custom-build") return JSON.stringify(["run", ...about.filter((_, at) => at !== 1)]);
  return JSON.stringify([
    ...[target.name.replaceAll("-", "_"), target.srcPath.replace(/.*\/(source|vendor)\//, "")],
    ...[unit.mode === "check", test ?? unit.mode === "test", ...about],
  ]);
}

function signatureOfStarted({ argv, env }: Started): string {
  const after = (flag: string) => argv[argv.indexOf(flag) + 1] ?? "";
  const name = env.CARGO_PKG_NAME ?? "";
  if (argv.length === 0) {
    const features = Object.keys(env).flatMap(
      (each) => /^CARGO_FEATURE_(.*)/.exec(each)?.[1]?.toLowerCase() ?? [],
    );
    return JSON.stringify(["run", name, features.sort().join(), env.OPT_LEVEL]);
  }
  const source = argv.find((word) => word.endsWith(".rs")) ?? "";
  const path = source.startsWith("/") ? source : `/build/source/${source}`;
  const features = argv.flatMap((word) => /^feature="(.*)"$/.exec(word)?.[1] ?? []);
  const level = argv.find((word) => word.startsWith("opt-level="))?.slice("opt-level=".length) ?? "0";
  const isTest =
    argv.includes("--test") || argv.some((word, at) => word === "test" && argv[at - 1] === "--cfg");
  const about = [name, argv.includes("--target") ? after("--target") : "", features.sort().join(), level];
  const isCheck = !argv.some((word) => word.startsWith("--emit") && word.includes("link"));
  return JSON.stringify([
    ...[after("--crate-name"), path.replace(/.*\/(source|vendor)\//, "")],
    ...[isCheck, isTest, ...about],
  ]);
}
