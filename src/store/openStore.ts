import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import type { Digest } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { systemError } from "../base/systemError.ts";
import { openIndex } from "./index.ts";
import { layoutOf, migrateIndex, newerLayout, recordLayout, removeOldClaims } from "./layout.ts";
import { claimStore, exclusive, tempDir } from "./locks.ts";
import type { Store } from "./store.ts";
import { addTree, composeTree, type Trees } from "./trees.ts";

/** `$XDG_CACHE_HOME/gantry`, else `~/.cache/gantry`. */
export function defaultStore(env: NodeJS.ProcessEnv): string {
  return `${env.XDG_CACHE_HOME || `${env.HOME || homedir()}/.cache`}/gantry`;
}

type OpenOptions = {
  /** Told what people should know though nothing went wrong. Default: nobody. */
  readonly note?: (text: string) => void;
};

/**
 * Opens the store at `root`, made if absent. A store of an older layout is brought to today's.
 *
 * Errors: `not-permitted`, `not-a-directory`, `disk-full`, `store-newer`.
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

function open(root: string, { note }: OpenOptions): Result<Store> {
  for (const name of ["trees", "blobs", "tmp", "logs"]) makeDirectory(`${root}/${name}`);
  const layout = layoutOf(root);
  if (layout === "newer") return err(newerLayout(root));
  if (layout === "older") removeOldClaims(root);
  using opening = new DisposableStack();
  const claim = opening.use(claimStore(root));
  const index = opening.use(openIndex(root, { note, ...(layout === "older" && { migrate: migrateIndex }) }));
  if (layout === "older") recordLayout(root);
  const opened = opening.move();
  const trees: Trees = { root, claim: (digest) => index.set("tree", digest, null) };
  const tree = (digest: Digest) => {
    const path = `${root}/trees/${digest}`;
    return existsSync(path) ? path : undefined;
  };
  return ok({
    root,
    records: index,
    addTree: (directory, known) => addTree(trees, directory, known),
    async compose(files, origin) {
      await using scratch = tempDir(root, claim, "compose");
      return await composeTree({ trees, scratch: scratch.path }, files, origin);
    },
    tree,
    pathOf: (digest) => tree(digest) ?? lost(`${root}/trees/${digest}`),
    tempDir: async (purpose) => tempDir(root, claim, purpose),
    exclusive: (name, signal) => exclusive(`${root}/locks`, name, signal),
    [Symbol.dispose]: () => opened.dispose(),
  });
}

/** @throws always, what `systemError` makes a diagnostic of */
function lost(path: string): never {
  throw Object.assign(new Error(`there is no \`${path}\` any more`), { code: "tree-lost", path });
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
