import { readFile } from "node:fs/promises";
import { canonical } from "../../base/canonical.ts";
import { diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CrateBinary } from "../../derivation/nativePackage.ts";
import type { TreeFile } from "../../store/store.ts";
import type { CrateEntry } from "../registry/readCrate.ts";
import { fetchPinnedCrate } from "./fetchPinnedCrate.ts";
import type { NativeContext, Provider } from "./provider.ts";
import { remembered, suppliedBy } from "./remembered.ts";

/**
 * Binaries that published crates carry, fetched by Cargo and pinned by hash: works without root, and without
 * the host's package manager.
 */
export const crateBinaries: Provider = {
  name: "crate-binaries",
  async provide(wanted, context) {
    const crate = wanted.crates?.find((each) => each.platform === context.platform);
    if (!crate) return ok(undefined);
    const key = canonical([crate.checksum, crate.files]);
    const found = await remembered(context.store, { kind: "native-crate", key }, async () => {
      const added = await unpack(crate, context);
      return added.ok ? ok({ digest: added.value, version: crate.version }) : added;
    });
    return suppliedBy("crate-binaries", found);
  },
};

async function unpack(crate: CrateBinary, context: NativeContext): Promise<Result<Digest>> {
  const file = await fetchPinnedCrate(crate, context);
  if (!file.ok) return file;
  const { gunzipCrate } = await import("../registry/gunzipCrate.ts");
  const { readCrate } = await import("../registry/readCrate.ts");
  const entries = readCrate(await gunzipCrate(await readFile(file.value)), `${crate.crate}-${crate.version}`);
  if (!entries.ok) return err(malformed(crate, entries.error));
  const contents = new Map<string, Buffer>();
  const files: TreeFile[] = [];
  for (const [inside, entry] of entries.value) {
    const path = destination(crate.files, inside);
    if (path === undefined) continue;
    if (entry.type === "file") contents.set(path, entry.bytes);
    files.push(treeFile(path, entry));
  }
  const absent = Object.keys(crate.files).find(
    (from) => ![...entries.value.keys()].some((path) => covers(from, path)),
  );
  if (absent !== undefined) return err(malformed(crate, `no \`${absent}\` in it`));
  return context.store.compose(files, ({ path }) => contents.get(path) ?? new Uint8Array());
}

function treeFile(path: string, entry: CrateEntry): TreeFile {
  if (entry.type === "symlink") return { type: "symlink", path, target: entry.target };
  const executable = entry.executable || path.startsWith("bin/");
  return { type: "file", path, digest: digestOf(entry.bytes), executable };
}

/** Where a file of the crate goes below `/usr`; undefined if it is not wanted. */
function destination(files: CrateBinary["files"], inside: string): string | undefined {
  const rule = Object.entries(files).find(([from]) => covers(from, inside));
  return rule && rule[1] + inside.slice(rule[0].length);
}

/** A name that ends with a slash stands for a directory and all that is in it. */
function covers(from: string, path: string): boolean {
  return from.endsWith("/") ? path.startsWith(from) : path === from;
}

function malformed(crate: CrateBinary, reason: string) {
  return diagnostic("native-crate", `the crate \`${crate.crate}\` ${crate.version} is not as described`, {
    causes: [reason],
  });
}
