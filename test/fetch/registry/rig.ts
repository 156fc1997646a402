import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openStore } from "../../../src/store/openStore.ts";
import type { Store } from "../../../src/store/store.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

export const cratesIoSource = "registry+https://github.com/rust-lang/crates.io-index";
export const cratesIoCache = "registry/cache/crates.io-1949cf8c6b5b557f";

/** A store, a Cargo home and a workspace of its own, all in one directory that vanishes. */
export type Rig = AsyncDisposable & {
  readonly store: Store;
  readonly home: string;
  readonly workspace: string;
  readonly env: NodeJS.ProcessEnv;
  write(path: string, content: string | Uint8Array): void;
};

export function rig(): Rig {
  const root = mkdtempSync(join(tmpdir(), "gantry-registry-"));
  const store = valueOfResult(openStore(join(root, "store")));
  const [home, workspace] = [join(root, "home"), join(root, "workspace")];
  for (const directory of [home, workspace]) mkdirSync(directory);
  return {
    store,
    home,
    workspace,
    env: { ...process.env, CARGO_HOME: home, CARGO_NET_RETRY: "0" },
    write(path, content) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    async [Symbol.asyncDispose]() {
      store[Symbol.dispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Every file below a directory: path → mode, modification time in seconds, and text. */
export function listing(directory: string): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  const files = paths.filter((path) => statSync(join(directory, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, describeFile(join(directory, path))]));
}

function describeFile(path: string): string {
  const { mode, mtimeMs } = statSync(path);
  return `${(mode & 0o777).toString(8)} ${mtimeMs / 1000} ${readFileSync(path, "utf8")}`;
}
