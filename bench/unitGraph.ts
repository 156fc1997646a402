import { createHash } from "node:crypto";
import { execa } from "execa";
import * as v from "valibot";

const graphSchema = v.object({
  units: v.array(
    v.looseObject({
      pkg_id: v.string(),
      target: v.looseObject({ kind: v.array(v.string()), name: v.string(), edition: v.string() }),
      profile: v.looseObject({}),
      platform: v.nullable(v.string()),
      mode: v.string(),
      features: v.array(v.string()),
      dependencies: v.array(v.looseObject({ index: v.number(), extern_crate_name: v.string() })),
    }),
  ),
});

/**
 * What plain Cargo would compile for `cargo build --release` from nothing: for each call of rustc, by a
 * digest of all that the unit graph says of it and of what it depends on, what people call it, like
 * `serde 1.0.228 lib build`. An account of its own, which shares no code with Gantry's keys.
 */
export async function unitGraph(
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Map<string, string>> {
  const args = ["build", "--release", "--locked", "--offline", "-Zunstable-options", "--unit-graph"];
  const { stdout } = await execa("cargo", args, { cwd: directory, env: { ...env, RUSTC_BOOTSTRAP: "1" } });
  return unitsOf(stdout);
}

/** As `unitGraph`, of what Cargo printed. */
export function unitsOf(printed: string): Map<string, string> {
  const { units } = v.parse(v.pipe(v.string(), v.parseJson(), graphSchema), printed);
  const known = new Map<number, string>();
  const digest = (index: number): string => {
    const before = known.get(index);
    if (before !== undefined) return before;
    const unit = units[index];
    if (unit === undefined) throw new Error(`the unit graph has no unit ${index}`);
    const { pkg_id, target, profile, platform, mode, features } = unit;
    const below = unit.dependencies.map((one) => `${one.extern_crate_name} ${digest(one.index)}`).sort();
    const of = JSON.stringify([
      pkg_id,
      [target.kind, target.name, target.edition],
      profile,
      platform,
      mode,
      features,
      below,
    ]);
    const made = createHash("sha256").update(of).digest("hex");
    known.set(index, made);
    return made;
  };
  return new Map(
    units.flatMap(({ pkg_id, target, mode }, index) =>
      mode === "run-custom-build"
        ? []
        : [[digest(index), `${nameAndVersion(pkg_id)} ${target.kind[0]} ${mode}`] as const],
    ),
  );
}

/**
 * Of a package id, which leaves out a name that its path ends with (The Cargo Book, "Package ID
 * Specifications").
 */
function nameAndVersion(id: string): string {
  const parts = id.match(/([^/#?]*?)(?:\.git)?(?:\?[^#]*)?#(?:(.+)@)?(.+)$/) ?? [];
  const [, directory = "", name = directory, version = ""] = parts;
  return `${name} ${version}`;
}
