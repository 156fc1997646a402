import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { workspaceFiles } from "./workspaceFiles.ts";

/** Writes the generated workspace into a directory, lets Cargo make its lock, and downloads its crates. */
export async function writeWorkspace(into: string): Promise<void> {
  for (const [path, text] of Object.entries(workspaceFiles())) {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await writeFile(join(into, path), text);
  }
  await execa("cargo", ["fetch"], { cwd: into });
}
