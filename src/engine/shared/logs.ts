import { existsSync, mkdirSync, renameSync } from "node:fs";
import { type PackedItem, packItems } from "../../cache/pack/pack.ts";
import { unpackInto } from "../../cache/pack/unpack.ts";
import type { Pack } from "../../cache/statement/statement.ts";
import type { Store } from "../../store/store.ts";

/** What a step printed lies in files beside the trees: `logs/ab/<key>.log`, and what compilers said in Cargo's form. */
const ends = ["log", "messages"] as const;

function logFiles(store: Store, key: string) {
  return ends.map((end) => ({ path: end, from: `${store.root}/logs/${key.slice(0, 2)}/${key}.${end}` }));
}

/** The log of a step as packs, written to `scratch`; none, where there is no log. */
export async function packLog(store: Store, key: string, scratch: string): Promise<readonly Pack[]> {
  const items = logFiles(store, key)
    .filter(({ from }) => existsSync(from))
    .map(({ path, from }): PackedItem => ({ path, type: "file", executable: false, from }));
  return items.length === 0 ? [] : packItems(items, scratch);
}

type Received = {
  readonly packs: readonly Pack[];
  readonly read: (pack: Pack) => Promise<Uint8Array>;
  /** Free, in a scratch directory of the store. */
  readonly directory: string;
};

/** Puts a log in its place, if none is there. Returns what is wrong with it, if something is. */
export async function putLog(
  store: Store,
  key: string,
  { packs, read, directory }: Received,
): Promise<string | undefined> {
  if (!/^[0-9a-f]{64}$/.test(key)) return "is no step";
  mkdirSync(directory);
  const files = await unpackInto(directory, packs, read);
  if ("problem" in files) return files.problem;
  mkdirSync(`${store.root}/logs/${key.slice(0, 2)}`, { recursive: true });
  for (const { path, from } of logFiles(store, key)) {
    const isThere = files.some((file) => file.path === path && file.type === "file");
    if (isThere && !existsSync(from)) renameSync(`${directory}/${path}`, from);
  }
  return undefined;
}
