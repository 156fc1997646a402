// cargo/plan: what Cargo prints: the units that it plans, its messages, and why it could not plan.

import * as v from "valibot";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type Data, isRecord } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type PackageId, parsePackageId } from "../sourceId.ts";

/** What `cargo build --unit-graph -Z unstable-options` prints, version 1: every compilation and its edges. */
export type UnitGraph = {
  readonly units: readonly Unit[];
  /** Indexes of the units that were asked for. */
  readonly roots: readonly number[];
};

export type Unit = {
  /** As printed: the key under which Cargo's messages name the package. */
  readonly packageId: string;
  readonly package: PackageId;
  readonly target: UnitTarget;
  readonly profile: UnitProfile;
  /** The triple; absent: compiled for the host. */
  readonly platform?: string;
  readonly mode: UnitMode;
  /** Sorted by Cargo. */
  readonly features: readonly string[];
  readonly dependencies: readonly UnitEdge[];
  /** Part of the standard library, with `-Z build-std`. */
  readonly isStd: boolean;
  /**
   * A program that another package has as an artifact dependency (RFC 3028). The graph writes it like the same program for
   * its own sake, and Cargo gives both one hash.
   */
  readonly isArtifact?: true;
};

type UnitMode = "build" | "check" | "test" | "doc" | "doctest" | "docscrape" | "run-custom-build";

type UnitTarget = {
  /** `["lib"]`, `["bin"]`, `["proc-macro"]`, `["custom-build"]`, …; of a library, its crate types. */
  readonly kind: readonly string[];
  readonly crateTypes: readonly string[];
  readonly name: string;
  /** Absolute. */
  readonly srcPath: string;
  readonly edition: string;
  readonly test: boolean;
  readonly doctest: boolean;
  readonly doc: boolean;
  readonly requiredFeatures: readonly string[];
};

/**
 * Every setting as Cargo prints it, in its own names (`opt_level`, `lto`, `strip`, …): keys are made from
 * all.
 */
type UnitProfile = { readonly name: string; readonly [setting: string]: Data };

export type UnitEdge = {
  /** Into `units`. */
  readonly index: number;
  /** What the depending code calls it. */
  readonly externCrateName: string;
  readonly public: boolean;
  readonly noprelude: boolean;
};

/**
 * Reads the output of `cargo … --unit-graph -Z unstable-options`
 * (https://doc.rust-lang.org/cargo/reference/unstable.html#unit-graph; seen with Cargo 1.95).
 *
 * Errors: `unit-graph`, where Cargo printed something else, such as a newer version.
 */
export function parseUnitGraph(text: string): Result<UnitGraph> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return err(malformed(error instanceof Error ? error.message : String(error)));
  }
  const parsed = v.safeParse(graph, json, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return err(malformed(`\`${v.getDotPath(issue) ?? "."}\`: ${issue.message}`));
  }
  const { units, roots } = parsed.output;
  const count = units.length;
  const ids = new Map<string, PackageId>();
  const artifacts = artifactPrograms(units);
  const result: Unit[] = [];
  for (const [at, unit] of units.entries()) {
    const id = ids.get(unit.pkg_id) ?? parsePackageId(unit.pkg_id);
    if (!id) return err(malformed(`\`${unit.pkg_id}\` is not a package id`));
    ids.set(unit.pkg_id, id);
    if (unit.dependencies.some(({ index }) => index >= count))
      return err(malformed("a dependency has no unit"));
    result.push({ ...unitOf(unit, id), ...(artifacts.has(at) && { isArtifact: true }) });
  }
  if (roots.some((root) => root >= count)) return err(malformed("a root has no unit"));
  return ok({ units: result, roots });
}

function malformed(cause: string): Diagnostic {
  return diagnostic("unit-graph", "cargo's unit graph is not understood", {
    causes: [cause],
    notes: ["version 1 of the graph is understood, as printed by Cargo 1.45 to 1.95"],
    help: ["update Gantry, or choose another toolchain in `rust-toolchain.toml`"],
  });
}

/** With all of its settings: an object of valibot's would leave out some names. Their values are data, as parsed JSON is. */
const profile = v.custom<UnitProfile>(
  (value) => isRecord(value) && typeof value.name === "string",
  "not an object with a name",
);
const flag = v.optional(v.boolean(), false);
const index = v.pipe(v.number(), v.integer(), v.minValue(0));

const target = v.object({
  kind: v.array(v.string()),
  crate_types: v.array(v.string()),
  name: v.string(),
  src_path: v.string(),
  edition: v.string(),
  test: flag,
  doctest: flag,
  doc: flag,
  "required-features": v.optional(v.array(v.string()), []),
});

const graph = v.object({
  version: v.literal(1),
  units: v.array(
    v.object({
      pkg_id: v.string(),
      target,
      profile,
      platform: v.nullable(v.string()),
      mode: v.picklist(["build", "check", "test", "doc", "doctest", "docscrape", "run-custom-build"]),
      features: v.array(v.string()),
      is_std: flag,
      dependencies: v.array(
        v.object({ index, extern_crate_name: v.string(), public: flag, noprelude: flag }),
      ),
    }),
  ),
  roots: v.array(index),
});

type RawUnit = v.InferOutput<typeof graph>["units"][number];

/** The indexes of the programs that units of other packages depend on. */
function artifactPrograms(units: readonly RawUnit[]): ReadonlySet<number> {
  return new Set(
    units.flatMap(({ pkg_id, dependencies }) =>
      dependencies.flatMap(({ index }) => {
        const unit = units[index];
        return unit?.target.kind.includes("bin") && unit.pkg_id !== pkg_id ? [index] : [];
      }),
    ),
  );
}

function unitOf(raw: RawUnit, id: PackageId): Unit {
  return {
    packageId: raw.pkg_id,
    package: id,
    target: targetOf(raw.target),
    profile: raw.profile,
    ...(raw.platform !== null && { platform: raw.platform }),
    mode: raw.mode,
    features: raw.features,
    dependencies: raw.dependencies.map(({ extern_crate_name, ...edge }) => ({
      ...edge,
      externCrateName: extern_crate_name,
    })),
    isStd: raw.is_std,
  };
}

function targetOf(raw: RawUnit["target"]): UnitTarget {
  const { crate_types, src_path, "required-features": requiredFeatures, ...rest } = raw;
  return { ...rest, crateTypes: crate_types, srcPath: src_path, requiredFeatures };
}
