import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Digest } from "../../src/base/digest.ts";
import { openStore } from "../../src/store/openStore.ts";
import type { Store } from "../../src/store/store.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { writeFiles } from "../rig/writeFiles.ts";

/** A store of its own in a directory that vanishes. */
export type StoreRig = AsyncDisposable & {
  readonly root: string;
  readonly store: Store;
  /** Closes the store before the end. */
  close(): void;
  /** Adds a tree of text files, by path, and returns its name. */
  add(files: Readonly<Record<string, string>>): Promise<Digest>;
};

export function storeRig(): StoreRig {
  const root = join(mkdtempSync(join(tmpdir(), "gantry-store-")), "store");
  const store = valueOfResult(openStore(root));
  let isOpen = true;
  const close = () => {
    if (isOpen) store[Symbol.dispose]();
    isOpen = false;
  };
  return {
    root,
    store,
    close,
    add: (files) => addFiles(store, files),
    async [Symbol.asyncDispose]() {
      close();
      await rm(dirname(root), { recursive: true, force: true });
    },
  };
}

async function addFiles(store: Store, files: Readonly<Record<string, string>>): Promise<Digest> {
  await using temp = await store.tempDir("test");
  const directory = join(temp.path, "tree");
  mkdirSync(directory);
  writeFiles(directory, files);
  return await store.addTree(directory);
}

/** Runs a statement on the records of a store behind its back. */
export function editRecords(root: string, statement: string): void {
  const database = new DatabaseSync(`${root}/index.sqlite`);
  database.exec(statement);
  database.close();
}

/** Every file below a directory: its mode, its time in seconds, and its text, by path. */
export function listing(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    entries
      .filter((path) => lstatSync(join(directory, path)).isFile())
      .map((path) => {
        const { mode, mtimeMs } = lstatSync(join(directory, path));
        return [
          path,
          `${(mode & 0o777).toString(8)} ${mtimeMs / 1000} ${readFileSync(join(directory, path), "utf8")}`,
        ];
      }),
  );
}
