import { execa } from "execa";
import { writeFiles } from "../writeFiles.ts";
import { workspaceFiles } from "./workspaceFiles.ts";

/** Writes the generated workspace into a directory, lets Cargo make its lock, and downloads its crates. */
export async function writeWorkspace(into: string): Promise<undefined> {
  await writeFiles(into, workspaceFiles());
  await execa("cargo", ["fetch"], { cwd: into });
  return undefined;
}
