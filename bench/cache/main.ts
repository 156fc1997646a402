import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, copyFile, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createZstdCompress } from "node:zlib";
import { Command } from "commander";
import { execa } from "execa";
import { type CachedBuild, cachedBuild } from "../../scripts/cachedBuild.ts";
import { gantryCommand } from "../../scripts/gantryCommand.ts";
import { lockedCrates, publishedSource } from "../../scripts/publishedSource.ts";
import { removeTree } from "../../scripts/removeTree.ts";
import { versions } from "../../scripts/versions.ts";
import { workDirectory } from "../../scripts/workDirectory.ts";
import { newKey } from "../../src/cache/statement/keys.ts";
import { startBazelRemote } from "../../test/rig/servers/bazelRemote.ts";
import { distant } from "../../test/rig/servers/distant.ts";
import { s3Keys, startVersitygw } from "../../test/rig/servers/versitygw.ts";
import { installPeer } from "../peers/installPeer.ts";
import { type CacheResult, cachePage, type FreshRow } from "./cachePage.ts";
import { pushedSizes } from "./pushedSizes.ts";
import { peerBuild, remotePeers } from "./remotePeers.ts";

const options = new Command("bench:cache")
  .description(
    "measure the first build of a machine beside a full shared cache, near and far, and what wrappers of rustc take",
  )
  .option(
    "--program <name@version>",
    "a published program with a lock and a `src/main.rs`; the page in docs/ is then left alone",
  )
  .option(
    "--store <dir>",
    "a store that may have the program already, so that nothing is cold; the page is then left alone",
  )
  .option("--without-peers", "Gantry alone; the page is then left alone")
  .parse()
  .opts<{ program?: string; store?: string; withoutPeers?: true }>();

const page = join(import.meta.dirname, "../../docs/cache-measured.md");
const isWhole = !(options.program || options.store || options.withoutPeers);
const [name = "", version = ""] = (options.program ?? "xh@0.26.3").split("@");
const [roundTrip, rate] = [30, 100_000_000 / 8];
await using work = await workDirectory("cache");
// The first start bundles Gantry anew, which nothing is to pay for.
await execa(gantryCommand, ["--version"]);
const directory = join(work.path, "project");
await publishedSource(name, version, directory);
const edited = await editedCopy("edited", 1);

await using s3 = await startVersitygw();
await using reapi = await startBazelRemote();
const [s3Port = 0, grpcPort = 0] = [s3.ports[0], reapi.ports[1]];
await using farS3 = await distant(s3Port, roundTrip, rate);
await using farGrpc = await distant(grpcPort, roundTrip, rate);
const s3Url = (port: number) =>
  `s3://team/gantry?region=eu-central-1&endpoint=${encodeURIComponent(`http://127.0.0.1:${port}`)}`;
const servers = [
  { name: "versitygw, S3", near: s3Url(s3Port), far: s3Url(farS3.port) },
  {
    name: "bazel-remote, gRPC",
    near: `grpc://127.0.0.1:${grpcPort}`,
    far: `grpc://127.0.0.1:${farGrpc.port}`,
  },
];
const key = newKey("ci-1");
const aside = { CI: undefined, GANTRY_CACHE: undefined, GANTRY_CACHE_SIGN_WITH: undefined };
const reading = (url: string) => ({
  ...{ ...aside, ...s3Keys, GANTRY_CACHE: url, GANTRY_CACHE_TRUSTED_KEYS: key.trusted },
});

const store = options.store ?? join(work.path, "store");
const cold = await told("cold", cachedBuild({ directory, store, env: reading("none") }));
const kept = join(work.path, "kept");
for (const url of [`file://${kept}`, ...servers.map(({ near }) => near)]) await push(directory, url);
const edit = await told(
  "an edit with a full store",
  cachedBuild({ directory: await editedCopy("edited-before", 0), store, env: reading("none") }),
);
const rows: FreshRow[] = [];
let result: CacheResult = {
  project: `${name} ${version}`,
  crates: await lockedCrates(directory),
  cold: cold.seconds,
  edit: edit.seconds,
  rows,
  pushed: await pushedSizes(kept),
};
/** The store of the last edited build, as the second job has it. */
let other = "";
for (const server of servers) {
  for (const isFar of [false, true]) {
    for (const from of [directory, edited]) {
      other = join(work.path, `store-${rows.length}`);
      const env = reading(isFar ? server.far : server.near);
      const what = from === directory ? "gantry" : "gantry, edited";
      const built = await told(
        `${what}, ${server.name}, ${isFar ? "far" : "near"}`,
        cachedBuild({ directory: from, store: other, env }),
      );
      const { seconds, requests, received, sent } = built;
      rows.push({
        ...{ what, server: server.name, isFar, seconds, requests, bytes: received + sent },
        ...{ fetched: built.fetched.length, compiled: built.compiled.length },
      });
    }
  }
}
result = { ...result, second: await secondJob() };
await write();
if (!options.withoutPeers) {
  for (const remote of remotePeers) {
    await ofPeer(remote);
    await write();
  }
}
console.log(await pageNow());

async function editedCopy(copy: string, round: number): Promise<string> {
  const to = join(work.path, copy, name);
  await cp(directory, to, { recursive: true });
  await appendFile(join(to, "src/main.rs"), `\n#[allow(dead_code)]\nconst EDITED: u32 = ${round};\n`);
  return to;
}

async function push(from: string, url: string): Promise<void> {
  const env = { ...reading(url), GANTRY_CACHE_SIGN_WITH: key.secret };
  const args = ["cache", "push", "-C", from, "--store", store];
  const start = performance.now();
  const { stderr } = await execa(gantryCommand, args, { env, cwd: from, stdin: "ignore" });
  console.log(`pushed in ${((performance.now() - start) / 1000).toFixed(1)} s: ${stderr.split("\n").at(-1)}`);
}

async function told(what: string, build: Promise<CachedBuild>): Promise<CachedBuild> {
  const built = await build;
  const { seconds, compiled, fetched, requests, received, spent, problems } = built;
  console.log(
    `${what}: ${seconds.toFixed(1)} s, ${spent.toFixed(1)} s of them waiting; compiled ${compiled.length}, fetched ${fetched.length}; ${requests} requests, ${received} bytes`,
  );
  for (const problem of problems) console.log(`  ${problem}`);
  return built;
}

async function secondJob(): Promise<NonNullable<CacheResult["second"]>> {
  const server = servers.at(-1);
  const lock = await readFile(join(directory, "Cargo.lock"), "utf8");
  const added = ["humantime", "fastrand", "rayon"].find((each) => !lock.includes(`name = "${each}"`));
  if (!server || added === undefined) throw new Error(`${name} has all the crates that could be added`);
  const with_ = join(work.path, "added", name);
  await cp(directory, with_, { recursive: true });
  await execa("cargo", ["add", added], { cwd: with_ });
  await execa("cargo", ["fetch"], { cwd: with_ });
  const first = await told(`with ${added}`, cachedBuild({ directory: with_, store, env: reading("none") }));
  await push(with_, server.near);
  for (const file of ["Cargo.toml", "Cargo.lock"]) await copyFile(join(with_, file), join(edited, file));
  const { fetched, compiled, requests, received, sent } = await told(
    "the second job",
    cachedBuild({ directory: edited, store: other, env: reading(server.far) }),
  );
  const isOwn = (unit: string) => unit.startsWith(`${name} ${version} `);
  const expected = first.compiled.filter((unit) => !isOwn(unit));
  if (String(fetched.filter((unit) => !isOwn(unit))) !== String(expected)) process.exitCode = 1;
  return { added, expected, fetched, compiled, requests, bytes: received + sent };
}

/** One machine fills the bucket, two others have what it put; each with nothing of its own. */
async function ofPeer({ peer, prepare, start, stop }: (typeof remotePeers)[number]): Promise<void> {
  const program = await installPeer(peer);
  for (const machine of ["filling", "near", "far"] as const) {
    const local = join(work.path, `${peer.name}-${machine}`);
    const target = join(local, "target");
    const before = { ...farS3.counters };
    const env = await prepare(program, local, machine === "far" ? farS3.port : s3Port);
    await start(program, env);
    let seconds: number;
    try {
      seconds = await peerBuild(directory, target, env);
    } finally {
      await stop(program, env, directory);
    }
    console.log(`${peer.name}, ${machine}: ${seconds.toFixed(1)} s`);
    const { requests, up, down } = farS3.counters;
    const moved = up - before.up + down - before.down;
    if (machine === "filling") {
      if (result.crane === undefined) result = { ...result, crane: await craneLayers(target) };
    } else
      rows.push({
        ...{ what: peer.name, server: "versitygw, S3", isFar: machine === "far", seconds },
        ...(machine === "far" && { requests: requests - before.requests, bytes: moved }),
      });
    await removeTree(local);
  }
}

/** Of a target directory after `cargo build`, and after what else the first layer of Crane runs. */
async function craneLayers(target: string): Promise<NonNullable<CacheResult["crane"]>> {
  const build = await packedTarget(target);
  for (const words of [
    ["check", "--all-targets"],
    ["test", "--no-run"],
  ])
    await execa("cargo", [...words, "--release", "--locked", "--offline", "--target-dir", target], {
      cwd: directory,
    });
  return { build, whole: await packedTarget(target) };
}

/** How large a target directory is as `.tar.zst` when the project's own code has been taken out of it. */
async function packedTarget(target: string): Promise<number> {
  const words = ["--release", "--offline", "--target-dir", target, "--package", name];
  await execa("cargo", ["clean", ...words], { cwd: directory });
  const tar = spawn("tar", ["--sort=name", "-C", target, "-c", "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(tar, "exit");
  let size = 0;
  for await (const chunk of tar.stdout.pipe(createZstdCompress())) size += chunk.length;
  const [status] = await ended;
  if (status !== 0) throw new Error(`\`tar\` ended with ${status}`);
  return size;
}

async function pageNow(): Promise<string> {
  const peers = options.withoutPeers ? [] : remotePeers.map(({ peer }) => [peer.name, peer.version]);
  return cachePage(result, { ...(await versions()), ...Object.fromEntries(peers) });
}

/** After each part, so that an interrupted run leaves what it has measured. */
async function write(): Promise<void> {
  if (isWhole) await writeFile(page, await pageNow());
}
