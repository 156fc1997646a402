import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { breather } from "../../base/concurrency.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { checksumFile } from "../../fetch/checksumFile.ts";
import { crateStem, type LockedCrate, registryName } from "../../fetch/lockedPackage.ts";
import type { Progress } from "../../fetch/progress.ts";
import { locateCrates } from "../../fetch/registry/locateCrates.ts";
import { cachePath } from "../../fetch/registry/publishTimes.ts";
import { readTree } from "../../store/readTree.ts";
import type { Store, TreeFile } from "../../store/store.ts";

/** Which directory below `registry/index`, `/cache` and `/src` of Cargo's home a registry has, by the lock's `source`. */
type RegistryNames = ReadonlyMap<string, string>;

/**
 * Finds out how Cargo calls registries in its home, whose names hold a hash that is Cargo's own affair: by the directories
 * that hold the crates that the lock pins. Undefined where Cargo lacks one of the crates, or what its index says of it.
 *
 * @param home Cargo's
 */
export function registryNames(crates: readonly LockedCrate[], home: string): RegistryNames | undefined {
  const names = new Map<string, string>();
  const located = locateCrates(crates, home, undefined);
  for (const [source, group] of Map.groupBy(crates.entries(), ([, { source }]) => source)) {
    const [first] = group;
    const files = located[first?.[0] ?? 0] ?? [];
    const isIt = ({ path }: { path: string }) => digestOf(readFileSync(path)) === first?.[1].checksum;
    // Reading a file is needed only where several registries have one of that name.
    const file = files.length > 1 ? files.find(isIt) : files[0];
    const name = file && basename(dirname(file.path));
    if (name === undefined) return undefined;
    const index = join(home, "registry/index", name, ".cache");
    const isThere = ([at, crate]: [number, LockedCrate]) =>
      (located[at] ?? []).some(({ path }) => basename(dirname(path)) === name) &&
      existsSync(join(index, cachePath(crate.name)));
    if (!group.every(isThere)) return undefined;
    names.set(source, name);
  }
  return names;
}

/** `crates-not-fetched`: what `registryNames` needs and does not find, though Cargo was asked to fetch. */
export function cratesNotFetched(crates: readonly LockedCrate[], home: string): Diagnostic {
  const sources = [...new Set(crates.map(({ source }) => registryName(source)))];
  return diagnostic(
    "crates-not-fetched",
    "Cargo's home lacks crates of the lock, or what their registry says of them",
    {
      notes: [
        `Cargo's home is \`${home}\`, and the registries are ${sources.join(", ")}`,
        "a registry whose index is a git repository, and a source that another replaces, are not found there",
      ],
      help: ["have Cargo fetch them: cargo fetch --locked"],
    },
  );
}

type HomeCrate = LockedCrate & { readonly digest: Digest };

/** A tree that shall appear at a path below Cargo's home. */
type HomePart = { readonly below: string; readonly tree: Digest; readonly crate?: HomeCrate };

/**
 * What Cargo finds in its home of the crates of a lock, as trees: each unpacked as Cargo unpacks it, and the entries of the
 * index that are about them. Cargo looks for the file of a crate that is unpacked, and does not read it (1.95).
 *
 * Errors: those of `Store.compose`.
 */
export async function plainHome(
  crates: readonly HomeCrate[],
  store: Store,
  {
    home,
    names,
    emit,
  }: { readonly home: string; readonly names: RegistryNames; readonly emit: (event: Progress) => void },
): Promise<Result<readonly HomePart[]>> {
  const parts: HomePart[] = [];
  const pause = breather();
  const total = crates.filter(({ digest }) => store.records.get("plain-crate", digest) === undefined).length;
  let done = 0;
  for (const crate of crates) {
    const known = store.records.get("plain-crate", crate.digest);
    if (known === undefined) emit({ type: "progress", what: "unpack", done: ++done, total });
    const tree = known === undefined ? await plainCrate(crate.digest, store) : ok(known);
    if (!tree.ok) return tree;
    const name = names.get(crate.source) ?? "";
    parts.push({ below: `/registry/src/${name}/${crateStem(crate)}`, tree: tree.value, crate });
    await pause();
  }
  for (const [source, group] of Map.groupBy(crates, (crate) => crate.source)) {
    const name = names.get(source) ?? "";
    const stubs = group.map((crate): [string, Buffer] => [`${crateStem(crate)}.crate`, Buffer.from("\n")]);
    const index = indexFiles(group, join(home, "registry/index", name));
    for (const [kind, files] of [
      ["cache", new Map(stubs)],
      ["index", index],
    ] as const) {
      const tree = await composeBytes(files, store);
      if (!tree.ok) return tree;
      parts.push({ below: `/registry/${kind}/${name}`, tree: tree.value });
    }
  }
  return ok(parts);
}

/** A crate as Cargo unpacks it, which leaves a mark of having come to the end (1.95). */
async function plainCrate(vendored: Digest, store: Store): Promise<Result<Digest>> {
  const text = '{"v":1}';
  const mark: TreeFile = { type: "file", path: ".cargo-ok", digest: digestOf(text), executable: false };
  const place = store.pathOf(vendored);
  const files = readTree(place).filter(({ path }) => path !== checksumFile);
  const tree = await store.compose([...files, mark], ({ path }) =>
    path === mark.path ? Buffer.from(text) : `${place}/${path}`,
  );
  if (tree.ok) store.records.set("plain-crate", vendored, tree.value);
  return tree;
}

function indexFiles(crates: readonly LockedCrate[], index: string): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [name, group] of Map.groupBy(crates, (crate) => crate.name)) {
    const path = `.cache/${cachePath(name)}`;
    files.set(
      path,
      entriesOf(readFileSync(join(index, path)), new Set(group.map(({ checksum }) => checksum))),
    );
  }
  const config = join(index, "config.json");
  if (existsSync(config)) files.set("config.json", readFileSync(config));
  return files;
}

/**
 * Of a file of Cargo's cache of an index what it says of some crates, by their checksums: versions and lines of the index
 * in turn, after a head, each ended by a zero byte (Cargo 1.95). A file of another form is left as it is.
 */
function entriesOf(file: Buffer, checksums: ReadonlySet<string>): Buffer {
  if (file[0] !== 3) return file;
  const head = 5;
  const [version = "", ...fields] = file.subarray(head).toString("utf8").split("\0");
  const kept = fields.flatMap((line, at) => {
    if (at % 2 === 0 || !line.startsWith("{")) return [];
    return [...checksums].some((checksum) => line.includes(checksum)) ? [fields[at - 1] ?? "", line] : [];
  });
  return Buffer.concat([file.subarray(0, head), Buffer.from([version, ...kept, ""].join("\0"))]);
}

function composeBytes(files: ReadonlyMap<string, Buffer>, store: Store): Promise<Result<Digest>> {
  const tree = [...files].map(
    ([path, bytes]): TreeFile => ({ path, type: "file", digest: digestOf(bytes), executable: false }),
  );
  return store.compose(tree, ({ path }) => files.get(path) ?? Buffer.alloc(0));
}
