import { existsSync, mkdirSync, renameSync } from "node:fs";
import { asDigest } from "../../base/digest.ts";
import { type PackedItem, packItems } from "../../cache/pack/pack.ts";
import { unpackInto } from "../../cache/pack/unpack.ts";
import type { Pack } from "../../cache/statement/statement.ts";
import { logStem } from "../../store/care/logStem.ts";
import type { Store } from "../../store/store.ts";

/** What a step printed lies in files beside the trees: `logs/ab/<key>.log`, and what compilers said in Cargo's form. */
const ends = ["log", "messages"] as const;

/** The log of a step that ran here as packs, written to `scratch`; none, where there is no log. */
export async function packLog(store: Store, key: string, scratch: string): Promise<readonly Pack[]> {
  const step = asDigest(key);
  if (step === undefined) return [];
  const items = ends
    .map(
      (path): PackedItem => ({
        path,
        type: "file",
        executable: false,
        from: `${logStem(store, step)}.${path}`,
      }),
    )
    .filter((item) => item.type === "file" && existsSync(item.from));
  return items.length === 0 ? [] : packItems(items, scratch);
}

type Received = {
  /** The keys of those by whose word it came: it is kept with these, and shown where all of them are trusted. */
  readonly word: readonly string[];
  readonly packs: readonly Pack[];
  readonly read: (pack: Pack) => Promise<Uint8Array>;
  /** Free, in a scratch directory of the store. */
  readonly directory: string;
};

/** Puts a log in its place. Returns what is wrong with it, if something is. */
export async function putLog(
  store: Store,
  key: string,
  { word, packs, read, directory }: Received,
): Promise<string | undefined> {
  const step = asDigest(key);
  if (step === undefined) return "is no step";
  mkdirSync(directory);
  const files = await unpackInto(directory, packs, read);
  if ("problem" in files) return files.problem;
  mkdirSync(`${store.root}/logs/${step.slice(0, 2)}`, { recursive: true });
  for (const end of ends) {
    const isThere = files.some((file) => file.path === end && file.type === "file");
    if (isThere) renameSync(`${directory}/${end}`, `${logStem(store, step, word)}.${end}`);
  }
  return undefined;
}
