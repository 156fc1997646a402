import type { Project } from "../crane/project.ts";
import type { Derivation } from "../derivation/derivation.ts";

/** All that a project offers, by its name with its kind: `packages.default`, `checks.clippy`. */
export function offeredOutputs({ packages, checks = {} }: Project): Readonly<Record<string, Derivation>> {
  const prefixed = (kind: string, offered: Readonly<Record<string, Derivation>>) =>
    Object.entries(offered).map(([name, derivation]): [string, Derivation] => [
      `${kind}.${name}`,
      derivation,
    ]);
  return Object.fromEntries([...prefixed("packages", packages), ...prefixed("checks", checks)]);
}
