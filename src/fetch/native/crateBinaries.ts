import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { diagnostic } from "../../base/diagnostic.ts";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { cratesIoText } from "../../cargo/sourceId.ts";
import type { CrateBinary } from "../../derivation/model.ts";
import type { TreeFile } from "../../store/store.ts";
import type { LockedCrate } from "../lockedPackage.ts";
import { locateCrates } from "../registry/locateCrates.ts";
import type { CrateEntry } from "../registry/readCrate.ts";
import { cargoHome } from "../userCargoConfig.ts";
import type { NativeContext, Provider } from "./provider.ts";

/**
 * Binaries that published crates carry, fetched by Cargo and pinned by hash: works without root, and without
 * the host's package manager.
 */
export const crateBinaries: Provider = {
  name: "crate-binaries",
  async provide(native, context) {
    const crate = native.crates?.find((each) => each.platform === context.platform);
    if (!crate) return ok(undefined);
    const { store } = context;
    const key = canonical([crate.checksum, crate.files]);
    let known = store.records.get("native-crate", key);
    const file = known ? undefined : downloaded(crate, context);
    if (!known && file === undefined) {
      await context.bring?.([{ kind: "native-crate", key }]);
      known = store.records.get("native-crate", key);
    }
    if (!known) {
      const added = await unpack(crate, file, context);
      if (!added.ok) return added;
      known = { digest: added.value, version: crate.version };
      store.records.set("native-crate", key, known);
    }
    const { digest, version } = known;
    return ok({
      provider: "crate-binaries",
      ...(version !== undefined && { version }),
      tree: async () => ok({ digest, place: async () => ok(store.pathOf(digest)) }),
    });
  },
};

async function unpack(
  crate: CrateBinary,
  before: string | undefined,
  context: NativeContext,
): Promise<Result<Digest>> {
  const file = before === undefined ? await fetchPinnedCrate(crate, context) : ok(before);
  if (!file.ok) return file;
  const { gunzipCrate } = await import("../registry/readCrate.ts");
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

/** The path of a crate's `.crate` file in Cargo's download cache, its content verified; undefined: it is not there. */
function downloaded(crate: CrateBinary, { env, directory }: NativeContext): string | undefined {
  const isRight = (path: string) => digestOf(readFileSync(path)) === crate.checksum;
  return cached(cargoHome(env, directory), crate).find(isRight);
}

/**
 * Has Cargo fetch a crate, for a scratch package, so that the user's mirrors, proxies and credentials apply.
 *
 * Errors: `native-fetch` (Cargo cannot), `native-checksum`.
 */
async function fetchPinnedCrate(crate: CrateBinary, context: NativeContext): Promise<Result<string>> {
  const failure = await fetch(crate, context);
  const after = downloaded(crate, context);
  if (after !== undefined) return ok(after);
  const [wrong] = cached(cargoHome(context.env, context.directory), crate);
  return err(wrong === undefined ? notFetched(crate, failure) : wrongChecksum(crate, wrong));
}

function cached(home: string, crate: CrateBinary): string[] {
  return locateCrates([lockedCrate(crate)], home, undefined)
    .flat()
    .map(({ path }) => path);
}

function lockedCrate({ crate, version, checksum }: CrateBinary): LockedCrate {
  return { name: crate, version, checksum, source: cratesIoText };
}

/** What Cargo said, if it failed. */
async function fetch(crate: CrateBinary, context: NativeContext): Promise<string | undefined> {
  await using scratch = await context.store.tempDir("native-fetch");
  const { writeFetchPackage } = await import("../registry/fetchCrates.ts");
  const manifest = writeFetchPackage(scratch.path, { dependencies: [lockedCrate(crate)] });
  const args = ["fetch", "--manifest-path", manifest, ...(context.offline ? ["--offline"] : [])];
  const { execa } = await import("execa");
  const fetched = await execa("cargo", args, {
    cwd: context.directory,
    env: context.env,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  return fetched.failed
    ? fetched.stderr || `cannot run \`cargo\`: ${fetched.originalMessage ?? fetched.shortMessage}`
    : undefined;
}

function notFetched(crate: CrateBinary, failure: string | undefined) {
  return diagnostic("native-fetch", `cannot fetch the crate \`${crate.crate}\` ${crate.version}`, {
    causes: [failure?.trim() ?? "Cargo has put no such file into its download cache"],
  });
}

function wrongChecksum(crate: CrateBinary, path: string) {
  return diagnostic(
    "native-checksum",
    `the crate \`${crate.crate}\` ${crate.version} has the wrong checksum`,
    {
      notes: [`expected ${crate.checksum}`, `found    ${digestOf(readFileSync(path))}`, `in \`${path}\``],
      help: [`rm ${path}`],
    },
  );
}
