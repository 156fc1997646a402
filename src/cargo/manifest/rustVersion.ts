import { compareVersions } from "../versions.ts";
import { resolveInheritance } from "./inheritance.ts";
import type { Manifest } from "./manifest.ts";

/** A package, and the oldest compiler that it allows: `1.85`. */
export type Requirement = { readonly name: string; readonly version: string };

/**
 * What packages say of the compiler by `rust-version`. Those that say nothing are left out.
 *
 * @param members as they are written
 * @param root the manifest of their workspace, or of the only one
 */
export function requirementsOf(members: readonly Manifest[], root: Manifest): readonly Requirement[] {
  return members.flatMap((member) => {
    const resolved = resolveInheritance(member, root);
    const own = resolved.ok ? resolved.value.package : undefined;
    return own?.rustVersion === undefined ? [] : [{ name: own.name, version: own.rustVersion }];
  });
}

/**
 * The oldest release of Rust that all of them allow; undefined where they allow any.
 *
 * @example
 * oldestRelease([{ name: "a", version: "1.85" }, { name: "b", version: "1.74.1" }]) // "1.85"
 */
export function oldestRelease(requirements: readonly Requirement[]): string | undefined {
  const releases = requirements.map(({ version }) => version);
  // Cargo refuses others.
  return releases
    .filter((version) => /^\d+(?:\.\d+){0,2}$/.test(version))
    .sort(compareVersions)
    .at(-1);
}
