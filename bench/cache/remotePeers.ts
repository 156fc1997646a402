import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { s3Keys } from "../../test/rig/servers/versitygw.ts";
import { kache } from "../peers/kache.ts";
import type { Peer } from "../peers/peer.ts";
import { sccache } from "../peers/sccache.ts";
import { timed } from "../timed.ts";

type Variables = Readonly<Record<string, string>>;

/** A wrapper of rustc whose results lie in the bucket `team` of an S3 server. */
export type RemotePeer = {
  readonly peer: Peer;
  /** Readies a machine that has nothing below `local`; returns variables beside what plain Cargo gets. */
  prepare(program: string, local: string, port: number): Promise<Variables>;
  start(program: string, env: Variables): Promise<void>;
  /** Ends it, after it has sent what it has to send. */
  stop(program: string, env: Variables, directory: string): Promise<void>;
};

/** As its manual's page on S3 says; its server keeps nothing of its own. */
const remoteSccache: RemotePeer = {
  peer: { ...sccache, variant: "s3", install: [...sccache.install, "--features", "s3"] },
  async prepare(program, local, port) {
    await mkdir(local, { recursive: true });
    const { SCCACHE_DIR: _, ...env } = sccache.env(program, join(local, "cache"));
    return {
      ...env,
      SCCACHE_BUCKET: "team",
      SCCACHE_REGION: "eu-central-1",
      SCCACHE_ENDPOINT: `http://127.0.0.1:${port}`,
      SCCACHE_S3_USE_SSL: "false",
      SCCACHE_S3_KEY_PREFIX: "sccache",
      ...s3Keys,
    };
  },
  async start(program, env) {
    await execa(program, ["--start-server"], { env, stdio: "ignore" });
  },
  async stop(program, env) {
    await execa(program, ["--stop-server"], { env, reject: false, stdio: "ignore" });
  },
};

/** As its manual's page on S3 says: in the file, since a daemon does not take the place of the remote from variables. */
const remoteKache: RemotePeer = {
  peer: kache,
  async prepare(program, local, port) {
    await mkdir(local, { recursive: true });
    const { KACHE_LOCAL_ONLY: _, ...env } = kache.env(program, join(local, "cache"));
    const lines = {
      type: "s3",
      bucket: "team",
      endpoint: `http://127.0.0.1:${port}`,
      region: "eu-central-1",
      prefix: "kache",
    };
    const text = Object.entries(lines).map(([name, value]) => `${name} = "${value}"`);
    await writeFile(env.KACHE_CONFIG ?? "", `[cache.remote]\n${text.join("\n")}\n`);
    return { ...env, ...s3Keys };
  },
  async start(program, env) {
    await execa(program, ["daemon", "start"], { env, stdio: "ignore" });
  },
  async stop(program, env, directory) {
    await execa(program, ["sync", "--push"], { env, cwd: directory, stdio: "ignore", reject: false });
    await execa(program, ["daemon", "stop"], { env, reject: false, stdio: "ignore" });
  },
};

export const remotePeers: readonly RemotePeer[] = [remoteKache, remoteSccache];

/** How long `cargo build --release` takes on a machine with an empty target directory. */
export async function peerBuild(directory: string, target: string, env: Variables): Promise<number> {
  const words = ["--release", "--locked", "--offline", "--target-dir", target];
  return (await timed({ argv: ["cargo", "build", ...words], cwd: directory, env })).seconds;
}
