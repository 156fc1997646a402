import { homedir } from "node:os";
import { resolve } from "node:path";

/** Cargo's home as Cargo finds it: `$CARGO_HOME`, relative to where Cargo runs, else `~/.cargo`. */
export function cargoHome(env: NodeJS.ProcessEnv, workspaceDir: string): string {
  return resolve(workspaceDir, env.CARGO_HOME || `${env.HOME || homedir()}/.cargo`);
}
