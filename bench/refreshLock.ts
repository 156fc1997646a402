import { execa } from "execa";
import type { Side } from "./side.ts";

/**
 * Brings `Cargo.lock` in line with the manifests, for all sides alike: what is measured is the build after
 * it.
 */
export async function refreshLock({ directory, env }: Side): Promise<void> {
  await execa("cargo", ["update", "--workspace", "--offline"], { cwd: directory, env });
}
