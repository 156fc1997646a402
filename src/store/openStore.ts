import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import type { Digest } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { systemError } from "../base/systemError.ts";
import { openBlobs } from "./blobs.ts";
import { openDatabase, openMemo } from "./index.ts";
import { claimStore, exclusive, removeAbandoned, tempDir } from "./locks.ts";
import { openRecords } from "./records.ts";
import type { Store } from "./store.ts";
import { addTree, composeTree, type Trees } from "./trees.ts";

/** `$XDG_CACHE_HOME/gantry`, else `~/.cache/gantry`. */
export function defaultStore(env: NodeJS.ProcessEnv): string {
  return `${env.XDG_CACHE_HOME || `${env.HOME || homedir()}/.cache`}/gantry`;
}

/**
 * Opens the store at `root`, made if absent.
 *
 * Errors: `not-permitted`, `disk-full`, `store-damaged` (the index is not a database).
 */
export function openStore(root: string): Result<Store> {
  try {
    return ok(open(root));
  } catch (thrown) {
    const known = systemError(thrown, `opening the store at \`${root}\``) ?? damaged(thrown, root);
    if (known) return err(known);
    throw thrown;
  }
}

function open(root: string): Store {
  for (const name of ["trees", "blobs", "tmp", "logs"]) makeDirectory(`${root}/${name}`);
  const tmp = `${root}/tmp`;
  const claim = claimStore(root);
  const database = openDatabase(`${root}/index.sqlite`);
  const memo = openMemo(database);
  removeAbandoned(tmp);
  const trees: Trees = {
    directory: `${root}/trees`,
    blobs: openBlobs(`${root}/blobs`),
    claim: (digest) => memo.set("tree", digest, digest),
  };
  const tree = (digest: Digest) => {
    const path = `${trees.directory}/${digest}`;
    return existsSync(path) ? path : undefined;
  };
  return {
    root,
    memo,
    records: openRecords(memo, (digest) => tree(digest) !== undefined),
    addTree: (directory, known) => addTree(trees, directory, known),
    async compose(files, origin) {
      await using scratch = tempDir(tmp, "compose");
      return await composeTree({ trees, scratch: scratch.path }, files, origin);
    },
    tree,
    pathOf: (digest) => tree(digest) ?? lost(`${trees.directory}/${digest}`),
    tempDir: async (purpose) => tempDir(tmp, purpose),
    exclusive: (name, signal) => exclusive(`${root}/locks`, name, signal),
    [Symbol.dispose]: () => {
      database.close();
      claim[Symbol.dispose]();
    },
  };
}

/** @throws always, what `systemError` makes a diagnostic of */
function lost(path: string): never {
  throw Object.assign(new Error(`there is no \`${path}\` any more`), { code: "tree-lost", path });
}

function damaged(thrown: unknown, root: string): Diagnostic | undefined {
  const notADatabase = thrown instanceof Error && "errcode" in thrown;
  if (!notADatabase) return undefined;
  return diagnostic("store-damaged", `the index of the store at \`${root}\` cannot be read`, {
    causes: [thrown.message],
    help: [`remove \`${root}/index.sqlite\`; what it knew is found out again by building`],
  });
}

/**
 * Makes a directory and those above it.
 *
 * @throws what the system says of the first that it refuses; Node alone says ENOENT for every read-only file system
 */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (thrown) {
    let first = path;
    while (!existsSync(dirname(first))) first = dirname(first);
    if (!existsSync(first)) mkdirSync(first);
    throw thrown;
  }
}
