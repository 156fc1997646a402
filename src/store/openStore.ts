import { closeSync, existsSync, openSync, readFileSync, rmSync, statfsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import type { Digest } from "../base/digest.ts";
import { formatBytes } from "../base/format.ts";
import { errorCode } from "../base/narrowing.ts";
import { homeOf } from "../base/paths.ts";
import { err, ok, type Result } from "../base/result.ts";
import { systemError } from "../base/systemError.ts";
import { freeBeside } from "../tree/beside.ts";
import { textOf } from "../tree/files.ts";
import { makeDirectory } from "../tree/makeDirectory.ts";
import { openIndex } from "./index.ts";
import type { LastSources } from "./lastSources.ts";
import { claimStore, exclusive, olderProcess, tempDir } from "./locks.ts";
import { recoverFromCrash, syncStore, writeDurably } from "./recover.ts";
import { migrateIndex } from "./rows/migrate.ts";
import type { Store } from "./store.ts";
import { treeDigest } from "./treeDigest.ts";
import type { Trees } from "./trees.ts";
import type { TreeWriter } from "./writeTree.ts";

/**
 * `$GANTRY_STORE`, which counts from where the process runs, else `$XDG_CACHE_HOME/gantry`, else `~/.cache/gantry`. The second
 * variable counts where it is absolute, as its specification says.
 */
export function defaultStore(env: NodeJS.ProcessEnv): string {
  if (env.GANTRY_STORE) return resolve(env.GANTRY_STORE);
  const cache = env.XDG_CACHE_HOME?.startsWith("/") ? env.XDG_CACHE_HOME : `${homeOf(env)}/.cache`;
  return `${cache}/gantry`;
}

type OpenOptions = {
  /** Told what people should know though nothing went wrong. Default: nobody. */
  readonly note?: (text: string) => void;
};

/**
 * Opens the store at `root`, made if absent. A store of an older layout is brought to today's.
 *
 * Errors: `store-of-another`, `not-permitted`, `not-a-directory`, `not-a-file`, `disk-full`, `store-newer`, `store-in-use`.
 */
export function openStore(root: string, options: OpenOptions = {}): Result<Store> {
  try {
    return open(root, options);
  } catch (thrown) {
    const known = systemError(thrown, `opening the store at \`${root}\``);
    if (known) return err(known);
    throw thrown;
  }
}

/**
 * How the parts of a store lie on the disk. Raised when a Gantry that is older could not use the store as it should,
 * together with a migration of the stores that are there.
 *
 * 1. The index has the table `memo`, of texts without a digest. Such stores have no file `version`.
 * 2. The index has the table `records`.
 */
const layout = 2;

function open(root: string, { note }: OpenOptions): Result<Store> {
  const stranger = strangerAt(root);
  if (stranger !== undefined) return err(ofAnother(root, stranger));
  for (const name of ["trees", "blobs", "tmp", "logs", "claims", "locks"]) makeDirectory(`${root}/${name}`);
  const free = freeBytes(root);
  if (free < needed) return err(diskFull(root, free));
  const occupied = ["version", "boot", "synced", "index.sqlite"].find((name) =>
    isDirectory(`${root}/${name}`),
  );
  if (occupied !== undefined) return err(notAFile(`${root}/${occupied}`));
  const found = layoutOf(root);
  if (found > layout) return err(newerLayout(root, found));
  const isOlder = found < layout;
  const older = isOlder ? olderProcess(root) : undefined;
  if (older !== undefined) return err(inUseByOlder(root, older));
  using opening = new DisposableStack();
  const claim = opening.use(claimStore(root));
  const recovered = recoverFromCrash(root);
  if (recovered !== undefined) note?.(recovered);
  const index = opening.use(openIndex(root, { note, ...(isOlder && { migrate: migrateIndex }) }));
  if (isOlder) writeDurably(`${root}/version`, `${layout}\n`);
  opening.use(syncStore(root));
  const opened = opening.move();
  const trees: Trees = { root, claim: (digest) => index.set("tree", digest, null) };
  const tree = (digest: Digest) => {
    const path = `${root}/trees/${digest}`;
    return existsSync(path) ? path : undefined;
  };
  let sources: LastSources | undefined;
  let writer: TreeWriter | undefined;
  const writing = async (): Promise<TreeWriter> => {
    const { treeWriter } = await import("./writeTree.ts");
    writer ??= treeWriter(trees, (purpose) => tempDir(root, claim, purpose));
    return writer;
  };
  const compose = async (apart: boolean, ...[files, origin]: Parameters<Store["compose"]>) => {
    const { composeTree } = await import("./trees.ts");
    await using scratch = tempDir(root, claim, "compose");
    return await composeTree({ trees, scratch: scratch.path, apart }, files, origin);
  };
  return ok({
    root,
    records: index,
    async addTree(directory, known) {
      const { addTree } = await import("./trees.ts");
      return addTree(trees, directory, known);
    },
    async addOutput(directory) {
      const { addOutput } = await import("./outputs.ts");
      return addOutput(trees, directory);
    },
    async changesOf(output) {
      const { changesOf } = await import("./outputs.ts");
      return changesOf(`${root}/trees/${output}`, output);
    },
    digestOf: treeDigest,
    compose: (files, origin) => compose(false, files, origin),
    composeSource: (files, origin) => compose(true, files, origin),
    write: async (contents, expected) => (await writing()).write(contents, expected),
    copy: async (items, copying) => (await writing()).copy(items, copying),
    async placeSource(name, source) {
      if (!sources) {
        const { lastSources } = await import("./lastSources.ts");
        sources ??= opened.use(lastSources(trees));
      }
      const placed = sources.place(name, source);
      if (placed) return placed;
      const composed = await compose(true, source.files, source.origin);
      return composed.ok ? ok(tree(composed.value) ?? lost(`${root}/trees/${composed.value}`)) : composed;
    },
    tree,
    keptTree(digest) {
      // Said before one looks, so that it is not collected meanwhile. What is said is not written again: SQLite would wait for
      // the disk when the store is closed.
      if (index.get("tree", digest) === undefined) index.set("tree", digest, null);
      return tree(digest);
    },
    pathOf: (digest) => tree(digest) ?? lost(`${root}/trees/${digest}`),
    tempDir: async (purpose) => tempDir(root, claim, purpose),
    exclusive: (name, signal, onWait) => exclusive(`${root}/locks`, name, { signal, onWait }),
    [Symbol.dispose]: () => opened.dispose(),
  });
}

/**
 * Whose the store is, where it is another's: the number of that user. Files of several users in one store cannot work together:
 * Linux lets nobody link to what they may not write to (`fs.protected_hardlinks`), nor remove it from others' directories.
 *
 * Where the file system gives all files to one user (NFS with `all_squash`, many in user space), a file of this process shows that.
 */
function strangerAt(root: string): number | undefined {
  const owner = statSync(root, { throwIfNoEntry: false })?.uid;
  if (owner === undefined || owner === process.geteuid?.()) return undefined;
  const probe = freeBeside(`${root}/owner`);
  try {
    closeSync(openSync(probe, "wx"));
  } catch (thrown) {
    return errorCode(thrown) === "EACCES" ? owner : undefined;
  }
  const own = statSync(probe).uid;
  rmSync(probe, { force: true });
  return own === owner ? undefined : owner;
}

function ofAnother(root: string, uid: number): Diagnostic {
  const owner = nameOfUser(uid);
  const me = process.geteuid?.() ?? 0;
  const sudo = me === 0 ? "" : "sudo ";
  return diagnostic("store-of-another", `the store at \`${root}\` belongs to another user, \`${owner}\``, {
    notes: ["users cannot share a store: what one adds, another can neither link to nor remove"],
    help: [
      "use one of your own: `--store DIR`, or GANTRY_STORE",
      ...(me === 0 && uid !== 0 ? [`or act as its owner: sudo -u ${owner} gantry …`] : []),
      `or take it over, if its owner needs it no more: ${sudo}chown -R ${nameOfUser(me)} '${root}'`,
    ],
  });
}

/** The number, where the user has no name here. */
function nameOfUser(uid: number): string {
  const line = textOf("/etc/passwd")?.match(new RegExp(`^([^:\n]+):[^:\n]*:${uid}:`, "m"));
  return line?.[1] ?? String(uid);
}

/**
 * How much room the index needs, in bytes. SQLite maps a file of 32 KiB or more (`index.sqlite-shm`) that may have holes,
 * and the system ends a process that writes into one on a full disk (SIGBUS).
 */
const needed = 1024 * 1024;

function freeBytes(directory: string): number {
  const { bavail, blocks, bsize } = statfsSync(directory);
  // Some file systems, those of FUSE among them, do not say.
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
}

function diskFull(root: string, free: number): Diagnostic {
  return diagnostic("disk-full", `no space is left on the device of the store at \`${root}\``, {
    notes: [`${formatBytes(free)} are free, and its index alone may need ${formatBytes(needed)}`],
    help: [
      `remove something else first, for example logs: rm -r '${root}/logs', then: gantry store gc`,
      "or choose another place with `--store DIR`",
    ],
  });
}

/** By the file `version`. A store without one that can be understood is of layout 1, or new and empty. */
function layoutOf(root: string): number {
  try {
    const text = readFileSync(`${root}/version`, "utf8");
    return /^\d+\n$/.test(text) ? Number(text) : 1;
  } catch {
    return 1;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function notAFile(path: string): Diagnostic {
  return diagnostic("not-a-file", `\`${path}\` is a directory, and the store has a file there`, {
    help: [`remove it: rm -r ${path}`],
  });
}

function inUseByOlder(root: string, older: number): Diagnostic {
  return diagnostic("store-in-use", `an older Gantry is using the store at \`${root}\``, {
    notes: [`process ${older} has it open; this Gantry brings the store to another layout`],
    help: ["wait until it has ended, and run the command again"],
  });
}

function newerLayout(root: string, found: number): Diagnostic {
  return diagnostic("store-newer", `the store at \`${root}\` was made by a newer Gantry`, {
    notes: [`it has layout ${found}; this Gantry knows layouts up to ${layout}`],
    help: ["update Gantry, or use another store: `--store DIR`"],
  });
}

/** @throws always, what `systemError` makes a diagnostic of */
function lost(path: string): never {
  throw Object.assign(new Error(`there is no \`${path}\` any more`), { code: "tree-lost", path });
}
