import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { type Digest, digestOf } from "../../src/base/digest.ts";
import { kinds } from "../../src/store/kinds/kinds.ts";
import { openStore } from "../../src/store/openStore.ts";
import { readTree } from "../../src/store/readTree.ts";
import { survivors } from "../../test/rig/survivors.ts";
import type { TempProject } from "../../test/rig/tempProject.ts";
import { valueOfResult } from "../../test/rig/valueOfResult.ts";

/** How a command ended, and what it said. */
export type Ended = { readonly status: number | null; readonly out: string; readonly err: string };

export type Place = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What starts it, before its own words. Default: nothing. */
  readonly through?: readonly string[];
};

/** What is killed. Another row is another operation: `testFaults.ts` does the same with each. */
export type Operation = {
  readonly name: string;
  /** How many kills it gets of a thousand. */
  readonly share: number;
  /** Makes that there is something to do; `round` is another number each time. */
  prepare(round: number): Promise<void> | void;
  /** Before the first of its kills. */
  begin?(): Promise<void>;
  words(): readonly string[];
  readonly place: Place;
  /** Whether what a build leaves behind to send is killed, too. Default: only what dies with the build. */
  readonly killsUploads?: boolean;
  /** Which are read, whole. Default: the subject's. */
  readonly stores?: readonly string[];
  /** What is wrong after it was killed, and what it should have done was done again; nothing where all is as it should be. */
  after(round: number): Promise<readonly string[]>;
};

export type Subject = AsyncDisposable & {
  readonly project: TempProject;
  readonly store: string;
  readonly place: Place;
  readonly operations: readonly Operation[];
  /** Besides, what is tried with a shared cache or a store on a disk that gets full. */
  fillings(disk: string): readonly Filling[];
};

/** A command for which there is no room. Another row is another command. */
export type Filling = {
  readonly name: string;
  /** How much is left for it at most, in MiB. */
  readonly room: number;
  prepare(round: number): Promise<void> | void;
  readonly words: readonly string[];
  readonly place: Place;
  /** Whether it said that the disk is full. Default: `disk-full`, and nothing was done. */
  isFull?(ended: Ended): boolean;
  /** What is wrong with room again, beside the store on that disk. */
  after?(): Promise<readonly string[]>;
};

const root = join(import.meta.dirname, "../..");
/** Without the launcher, which is no part of what is killed. */
export const gantry = [
  join(root, "dist/node"),
  "--disable-sigusr1",
  "--disable-warning=ExperimentalWarning",
  join(root, "dist/cli.js"),
];

/** Starts a command of Gantry's as the leader of a process group. */
export function startGroup(words: readonly string[], { cwd, env, through = [] }: Place) {
  const [program = "", ...more] = [...through, ...gantry, ...words];
  const child = spawn(program, more, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.on("data", (data) => (said.out += data));
  child.stderr.on("data", (data) => (said.err += data));
  const ended = once(child, "close").then(([status]): Ended => ({ status, ...said }));
  return { ended, killGroup: () => killGroup(child) };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

export function run(words: readonly string[], place: Place): Promise<Ended> {
  return startGroup(words, place).ended;
}

/** @throws where it does not end well */
export async function must(words: readonly string[], place: Place): Promise<Ended> {
  const ended = await run(words, place);
  if (ended.status !== 0)
    throw new Error(`gantry ${words.join(" ")}: ${ended.status}\n${ended.out}${ended.err}`);
  return ended;
}

/** What is wrong with a store that nobody uses; nothing where it is whole and nothing is left behind. */
export async function faultsOf(store: string, place: Place): Promise<string[]> {
  const verified = await run(["store", "verify", "--store", store], place);
  const left = ["tmp", "claims"].flatMap((name) =>
    readdirSync(join(store, name)).map((each) => `${name}/${each}`),
  );
  return [
    ...(verified.status === 0 && verified.err.includes("the store is whole") ? [] : [verified.err]),
    ...left.map((each) => `${each} is left`),
  ];
}

/** Processes of a directory that go on although what started them was killed. */
export async function goesOn(directory: string): Promise<string[]> {
  return (await survivors(directory)).map((command) => `goes on: ${command.slice(0, 200)}`);
}

/** Adds trees, as of units, that nobody needs, last used ten days ago; returns them. */
export async function addGarbage(root: string, count: number, random: () => number): Promise<Digest[]> {
  using store = valueOfResult(openStore(root));
  const trees: Digest[] = [];
  for (let index = 0; index < count; index++) {
    await using temp = await store.tempDir("garbage");
    const directory = join(temp.path, "tree");
    mkdirSync(join(directory, "lib"), { recursive: true });
    for (let file = 0; file < 6; file++)
      writeFileSync(
        join(directory, "lib", `f${file}`),
        `${random()} ${"x".repeat(Math.floor(20_000 * random()))}`,
      );
    const files = readTree(directory);
    const tree = await store.addTree(directory);
    store.records.set("unit", digestOf(tree), { tree, files, against: {} });
    trees.push(tree);
  }
  ageTrees(root, trees, 10);
  return trees;
}

/** Makes trees look as if they had last been used so many days ago. */
function ageTrees(root: string, trees: readonly Digest[], days: number): void {
  changeIndex(root, (database) => {
    const statement = database.prepare(
      "UPDATE records SET used = used - ? WHERE (kind = 'tree' AND key = ?) OR (kind = 'unit' AND key = ?)",
    );
    for (const tree of trees) statement.run(days, tree, digestOf(tree));
  });
}

/** What is known of a host, which every machine has to find out itself. */
const ofHost = /^(?:base-|planned-tree$|toolchain|observer$|environment$|configuration$|scan|settings-told$)/;

/** Makes all that machines share look as if it had last been used ten days ago, so that a collection of a day takes it. */
export function forgetShared(root: string): void {
  const shared = Object.keys(kinds).filter((kind) => !ofHost.test(kind));
  changeIndex(root, (database) => {
    const statement = database.prepare("UPDATE records SET used = used - 10 WHERE kind = ?");
    for (const kind of shared) statement.run(kind);
  });
}

function changeIndex(root: string, change: (database: DatabaseSync) => void): void {
  const name = readdirSync(root)
    .filter((each) => /^index(-\d+)?\.sqlite$/.test(each))
    .sort()
    .at(-1);
  const database = new DatabaseSync(join(root, name ?? "index.sqlite"), { timeout: 30_000 });
  database.exec("BEGIN IMMEDIATE");
  change(database);
  database.exec("COMMIT");
  database.close();
}

/** The processes that send what builds of a project have made; waits up to so many milliseconds for them to end. */
export async function uploadersIn(project: string, patience = 0): Promise<number[]> {
  for (const until = performance.now() + patience; ; await sleep(20)) {
    const found = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && sendsFor(pid, project));
    if (found.length === 0 || performance.now() > until) return found.map(Number);
  }
}

function sendsFor(pid: string, project: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== project) return false;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0cache\0upload\0");
  } catch {
    // It has ended.
    return false;
  }
}

/** `kill -9` of those. */
export async function killUploads(project: string): Promise<void> {
  for (const pid of await uploadersIn(project)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

/** A file system of its own of that size at a fresh directory below `base`, by a file; needs root. */
export function smallDisk(base: string, megabytes: number): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(base, "disk-"));
  const image = `${path}.image`;
  execFileSync("truncate", ["-s", `${megabytes}M`, image]);
  execFileSync("mkfs.ext4", ["-q", "-F", "-m", "0", "-O", "^has_journal", image]);
  execFileSync("mount", ["-o", "loop", image, path]);
  return {
    path,
    [Symbol.dispose]: () => void execFileSync("umount", [path]),
  };
}
