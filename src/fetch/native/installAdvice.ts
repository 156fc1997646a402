import type { NativePackage } from "../../derivation/nativePackage.ts";
import { hostPlatform } from "./hostPlatform.ts";
import { installCommand, packageSystem } from "./packageSystem.ts";

/**
 * How to install a package on this machine: the command where its package manager is known, else a sentence.
 *
 * @param root put before the host's paths; empty, but for tests
 */
export function installAdvice(names: NativePackage["names"], program: string, root = ""): string {
  const system = packageSystem(root, hostPlatform());
  const known = system && names[system];
  return known ? installCommand(system, known) : `install the package that has \`${program}\``;
}
