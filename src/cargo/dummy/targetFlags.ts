import type { ResolvedManifest } from "../manifest.ts";
import type { Target } from "../target.ts";
import type { TomlValue } from "../toml.ts";
import { sortedSet } from "./sortedSet.ts";

/**
 * What a target's table says beside its name and path, where it differs from the default for its kind. All of
 * it decides what Cargo plans: which commands include the target, and (by the crate type, when the profile
 * has `lto`) how its dependencies are compiled.
 */
export function targetFlags(
  target: Target,
  manifest: ResolvedManifest,
): readonly (readonly [string, TomlValue | undefined])[] {
  const { kind, crateTypes, requiredFeatures } = target;
  const written = manifest.targets.find(
    (one) => one.kind === kind && (kind === "lib" || one.name === target.name),
  );
  const isDefault = crateTypes.join() === (kind === "lib" ? "lib" : "bin");
  const isMacro = crateTypes.includes("proc-macro");
  const own = kind === "lib" || kind === "bin";
  const unless = (value: boolean | undefined, usual: boolean): boolean | undefined =>
    value === usual ? undefined : value;
  return [
    ["crate-type", isDefault || isMacro || kind === "bin" ? undefined : [...crateTypes]],
    ["proc-macro", isMacro || undefined],
    ["required-features", requiredFeatures.length > 0 ? sortedSet([...requiredFeatures]) : undefined],
    ["harness", unless(target.harness, true)],
    ["test", unless(target.test, own || kind === "test")],
    ["bench", unless(written?.bench, own || kind === "bench")],
    ["doc", unless(written?.doc, own)],
    ["doctest", unless(written?.doctest, kind === "lib")],
  ];
}
