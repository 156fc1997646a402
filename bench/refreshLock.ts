import { execa } from "execa";

/** Brings `Cargo.lock` in line with the manifests, for both sides alike: what is measured is the build after it. */
export async function refreshLock(directory: string): Promise<void> {
  await execa("cargo", ["update", "--workspace", "--offline"], { cwd: directory });
}
