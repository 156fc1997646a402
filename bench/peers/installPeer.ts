import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Peer } from "./peer.ts";

/**
 * Where the peer's program is, after `cargo install` put it there or because an earlier run did:
 * `$XDG_CACHE_HOME/gantry-bench/peers/<name>-<version>/bin/<name>`, by default below `~/.cache`; with
 * `variant`, `<name>-<version>-<variant>`.
 *
 * @throws with Cargo's output if it cannot be installed
 */
export async function installPeer({
  name,
  version,
  variant,
  program: given,
  install,
}: Peer): Promise<string> {
  if (given !== undefined) return given;
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const root = join(cache, "gantry-bench/peers", [name, version, variant].filter(Boolean).join("-"));
  const program = join(root, "bin", name);
  // Cargo puts programs there by renaming them: one that exists is whole.
  if (existsSync(program)) return program;
  const args = ["install", "--root", root, ...install, `${name}@${version}`];
  // Not in the caller's directory, whose toolchain and configuration are not the peer's.
  await execa("cargo", args, { cwd: tmpdir() });
  return program;
}
