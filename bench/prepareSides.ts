import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { gantryCommand } from "../scripts/gantryCommand.ts";
import type { Sides } from "./measure.ts";
import { installPeer } from "./peers/installPeer.ts";
import type { Peer } from "./peers/peer.ts";
import type { Project } from "./project.ts";
import { protoc } from "./protoc.ts";
import { isGantry, type Side, type Tool } from "./side.ts";

/**
 * A project once, and a copy of it for each side, below `work`; the peers are installed, and their servers
 * started. Disposing stops the servers.
 */
export async function prepareSides(
  project: Project,
  work: string,
  peers: readonly Peer[],
): Promise<Sides & AsyncDisposable> {
  const original = join(work, project.name, "original");
  await mkdir(original, { recursive: true });
  const own = (await project.obtain(original)) ?? {};
  const env = project.protoc ? { ...own, PROTOC: await protoc(join(work, "protoc")) } : own;

  const side = async (tool: Tool, program: string, peer?: Peer): Promise<Side> => {
    const root = join(work, project.name, tool);
    const scratch = join(root, "scratch");
    await mkdir(scratch, { recursive: true });
    const directory = join(root, project.name);
    await cp(original, directory, { recursive: true });
    const cache = join(root, "cache");
    return {
      tool,
      ...(peer && { peer }),
      program,
      project,
      directory,
      state: join(root, "state"),
      cache,
      scratch,
      // What Cargo is told by a variable, Gantry knows from the project's description.
      env: isGantry({ tool }) ? own : { ...env, ...peer?.env(program, cache) },
    };
  };
  // The first start after a change bundles Gantry anew, which no build is to pay for.
  await execa(gantryCommand, ["--version"]);
  const others: Side[] = [];
  for (const peer of peers) {
    const other = await side(peer.name, await installPeer(peer), peer);
    await peer.start?.(other, [other.directory]);
    others.push(other);
  }
  return {
    cargo: await side("cargo", "cargo"),
    gantry: await side("gantry", gantryCommand),
    peers: others,
    [Symbol.asyncDispose]: async () => {
      for (const other of others) await other.peer?.stop?.(other);
    },
  };
}
