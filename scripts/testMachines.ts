import { deepStrictEqual as same } from "node:assert";
import { spawn } from "node:child_process";
import { appendFile, cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { execa } from "execa";
import { newKey } from "../src/cache/statement/keys.ts";
import { goProgram } from "../test/rig/servers/process.ts";
import { type CachedBuild, cachedBuild } from "./cachedBuild.ts";
import { gantryCommand } from "./gantryCommand.ts";
import { publishedSource } from "./publishedSource.ts";
import { workDirectory } from "./workDirectory.ts";

const options = new Command("test:machines")
  .description(
    "two machines in network namespaces that reach nothing but one cache server: A adds a dependency and pushes, B compiles nothing but its own code; as root",
  )
  .option("--program <name@version>", "a published program with a lock", "hexyl@0.17.0")
  .option("--store <dir>", "a store for A that may have the units already [default: a new one]")
  .parse()
  .opts<{ program: string; store?: string }>();

const [name = "", version = ""] = options.program.split("@");
await using work = await workDirectory("machines");
await execa(gantryCommand, ["--version"]);

// The server's namespace has a link to each machine; the machines have none to one another, or to the world.
const namespaces = ["server", "a", "b"].map((each) => `gantry-${process.pid}-${each}`);
const [serverSpace = "", spaceA = "", spaceB = ""] = namespaces;
const program = goProgram("github.com/buchgr/bazel-remote/v2", "2.6.1");
let server: ReturnType<typeof spawn> | undefined;
try {
  for (const each of namespaces) {
    await execa("ip", ["netns", "add", each]);
    await execa("ip", ["-n", each, "link", "set", "lo", "up"]);
  }
  await link(spaceA, 1);
  await link(spaceB, 2);
  const cache = join(work.path, "cache");
  server = spawn(
    "ip",
    [
      ...["netns", "exec", serverSpace, program, "--dir", cache, "--max_size", "5"],
      ...["--http_address", "0.0.0.0:8080", "--grpc_address", "0.0.0.0:9092"],
    ],
    { stdio: "ignore" },
  );
  await reached(spaceA, 1);
  await reached(spaceB, 2);
  await machines();
} finally {
  server?.kill();
  for (const each of namespaces) await execa("ip", ["netns", "del", each], { reject: false });
}

async function machines(): Promise<void> {
  const key = newKey("a");
  const sources = join(work.path, "sources");
  await publishedSource(name, version, sources);
  const before = join(work.path, "before");
  await cp(sources, before, { recursive: true });
  const lock = await readFile(join(sources, "Cargo.lock"), "utf8");
  const added = ["humantime", "fastrand", "indexmap"].find((each) => !lock.includes(`name = "${each}"`));
  if (added === undefined) throw new Error(`${name} has all the crates that could be added`);

  const machine = async (id: "a" | "b", space: string, directory: string, store?: string) => ({
    directory,
    store: store ?? join(work.path, `store-${id}`),
    through: ["ip", "netns", "exec", space],
    env: {
      CI: undefined,
      HOME: await made(`home-${id}`),
      CARGO_HOME:
        id === "a" ? process.env.CARGO_HOME || join(process.env.HOME ?? "", ".cargo") : await made("cargo-b"),
      RUSTUP_HOME: process.env.RUSTUP_HOME || join(process.env.HOME ?? "", ".rustup"),
      GANTRY_CACHE: `grpc://10.77.${id === "a" ? 1 : 2}.1:9092`,
      GANTRY_CACHE_TRUSTED_KEYS: key.trusted,
      ...(id === "a" && { GANTRY_CACHE_SIGN_WITH: key.secret }),
    },
  });
  const a = await machine("a", spaceA, sources, options.store);
  const b = await machine("b", spaceB, before);

  const first = await told("A builds", cachedBuild(a));
  await push(a);
  // B has its own code from the beginning, which nobody else has.
  await appendFile(join(before, "src/main.rs"), '\n#[allow(dead_code)]\nconst OF_B: &str = "b";\n');
  const other = await told("B builds its own code", cachedBuild(b));
  const own = (units: readonly string[]) => units.filter((unit) => unit.startsWith(`${name} ${version} `));
  const foreign = (units: readonly string[]) =>
    units.filter((unit) => !unit.startsWith(`${name} ${version} `));
  same(foreign(other.compiled), []);
  if (!options.store)
    same(
      other.fetched.filter((unit) => !first.compiled.includes(unit)),
      [],
    );

  // Outside of the namespaces, since Cargo downloads the crate.
  await execa("cargo", ["add", added], { cwd: sources });
  await execa("cargo", ["fetch"], { cwd: sources });
  const second = await told(`A adds ${added}`, cachedBuild(a));
  await push(a);
  await cp(join(sources, "Cargo.toml"), join(before, "Cargo.toml"));
  await cp(join(sources, "Cargo.lock"), join(before, "Cargo.lock"));
  const again = await told(`B pulls ${added}`, cachedBuild(b));
  same(foreign(second.compiled).length > 0, true);
  same(foreign(again.compiled), []);
  same(own(again.compiled).length > 0, true);
  same(foreign(again.fetched), foreign(second.compiled));
  console.log("passed: B compiled nothing but its own code, and fetched exactly what it lacked");
}

async function told(what: string, build: Promise<CachedBuild>): Promise<CachedBuild> {
  const built = await build;
  const { seconds, compiled, fetched, requests, received } = built;
  console.log(`${what}: ${seconds.toFixed(1)} s, ${requests} requests, ${received} bytes received`);
  const list = (units: readonly string[]) =>
    units.length > 8 ? `${units.length} units` : units.join(", ") || "nothing";
  console.log(`  compiled ${list(compiled)}; fetched ${list(fetched)}`);
  return built;
}

async function push({ directory, store, env, through }: Parameters<typeof cachedBuild>[0]): Promise<void> {
  const [enter = "", ...words] = through ?? [];
  const args = [...words, gantryCommand, "cache", "push", "-C", directory, "--store", store];
  const { stderr } = await execa(enter, args, { env, cwd: directory, stdin: "ignore" });
  console.log(`  ${stderr.split("\n").at(-1)}`);
}

async function made(part: string): Promise<string> {
  const directory = join(work.path, part);
  await mkdir(directory, { recursive: true });
  return directory;
}

/** A pair of interfaces between the server's namespace, 10.77.N.1, and a machine's, 10.77.N.2. */
async function link(space: string, number: number): Promise<void> {
  const [near, far] = [`gs${process.pid}-${number}`, `gm${process.pid}-${number}`];
  await execa("ip", [
    ...["link", "add", near, "netns", serverSpace, "type", "veth", "peer", "name", far, "netns", space],
  ]);
  for (const [where, one, last] of [
    [serverSpace, near, 1],
    [space, far, 2],
  ] as const) {
    await execa("ip", ["-n", where, "addr", "add", `10.77.${number}.${last}/30`, "dev", one]);
    await execa("ip", ["-n", where, "link", "set", one, "up"]);
  }
}

async function reached(space: string, number: number): Promise<void> {
  const script = `require("net").connect(9092, "10.77.${number}.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))`;
  for (let tries = 0; tries < 100; tries += 1) {
    const args = ["netns", "exec", space, process.execPath, "-e", script];
    if (!(await execa("ip", args, { reject: false, timeout: 5000 })).failed) return;
    await sleep(200);
  }
  throw new Error(`the server cannot be reached from \`${space}\``);
}
