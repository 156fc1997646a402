import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";

let count = 0;

/**
 * Has the directory be gone, without removing it: a file system that has just freed many files is slow to
 * make new ones for some minutes (ext4 keeps away from inodes that were freed lately), and that would count
 * for whoever comes next. What was set aside disappears with the directory of the whole measurement.
 */
export async function setAside(directory: string): Promise<void> {
  count += 1;
  if (existsSync(directory)) await rename(directory, `${directory}.aside-${count}`);
}
