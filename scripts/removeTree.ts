import { rm } from "node:fs/promises";
import { execa } from "execa";

/**
 * Removes a directory and all below it. Stores hold read-only directories, which only root could empty as
 * they are.
 */
export async function removeTree(directory: string): Promise<void> {
  await execa("chmod", ["-R", "u+rwX", directory], { reject: false });
  await rm(directory, { recursive: true, force: true });
}
