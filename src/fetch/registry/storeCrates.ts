// fetch/registry: crates of registries, each as a tree of the store: found on this machine, or downloaded by Cargo.

import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Bring, Store } from "../../store/store.ts";
import { crateStem, type LockedCrate, registryName } from "../lockedPackage.ts";
import { type Progress, tellingOfWait } from "../progress.ts";
import { cargoHome, userCargoConfig } from "../userCargoConfig.ts";
import type { Unpacked } from "./unpackCrate.ts";

type StoreCratesOptions = {
  readonly workspaceDir: string;
  readonly offline: boolean;
  /** See `vendorTrees`. */
  readonly published?: boolean;
  /** See `vendorTrees`. */
  readonly directory?: string;
  readonly isWorkspaceLock?: boolean;
  readonly emit: (event: Progress) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  /** See `vendorTrees`. */
  readonly bring?: Bring | undefined;
  /** What `cargo fetch` is told besides. Default: nothing. */
  readonly cargoArguments?: readonly string[];
};

/** A crate and the digest of its tree: all that the archive holds, and a checksum file. */
type StoredCrate = LockedCrate & { readonly digest: Digest };

/**
 * The trees of crates, in their order: from the store, else from what Cargo has on this machine, else downloaded by
 * Cargo. What a build that finds everything in the store does not need is loaded only when it is.
 *
 * Errors: `checksum-mismatch`, `crate-missing`, `crate-malformed`, `vendored-crate-changed`, `source-changed`,
 * `cargo-missing`, `lock-stale`, `toolchain-missing`, `registry-auth`, `fetch-failed`, `interrupted`.
 */
export async function storeCrates(
  crates: readonly LockedCrate[],
  store: Store,
  options: StoreCratesOptions,
): Promise<Result<StoredCrate[]>> {
  const { workspaceDir, env, offline, emit, signal } = options;
  const onWait = tellingOfWait(emit, "crates");
  const trees = new Map<LockedCrate, Digest>();
  const missing = () => crates.filter((crate) => !trees.has(crate));
  const recall = () => {
    for (const crate of missing()) {
      const tree = treeOnRecord(crate, store);
      if (tree !== undefined) trees.set(crate, tree);
    }
  };
  const config = userCargoConfig(workspaceDir, env);
  /** `unpack`: brings crates of Cargo's cache into the store, as far as they are there. */
  const adopt = async (unpack = async (_: readonly LockedCrate[]) => {}): Promise<Result<void>> => {
    const { directory } = options;
    if (directory === undefined && !config.mentions("directory")) return ok();
    const { adoptCrates } = await import("./adoptCrates.ts");
    const published = (crate: LockedCrate) => treeOnRecord(crate, store);
    const from = directory ?? (await config.parsed());
    const adopted = await adoptCrates(missing(), store, { from, workspaceDir, published, unpack });
    if (!adopted.ok) return adopted;
    for (const [crate, tree] of adopted.value) trees.set(crate, tree);
    return ok();
  };
  if (!options.published) {
    const adopted = await adopt(async (copied) => {
      await using _ = await store.exclusive("crates", signal, onWait);
      const { unpackCrates } = await import("./unpackCrate.ts");
      const onUnpacked = (crate: LockedCrate, tree: Digest) => recordTree(crate, tree, store);
      const home = cargoHome(env, workspaceDir);
      // One that cannot be unpacked is taken as its copy.
      await unpackCrates(copied, store, { home, settings: undefined, signal, onUnpacked });
    });
    if (!adopted.ok) return adopted;
  }
  recall();
  if (missing().length === 0) return ok(inOrder(crates, trees));
  // Several steps, or processes, may want the same crates at once: whoever waited finds them unpacked.
  await using _ = await store.exclusive("crates", signal, onWait);
  recall();
  const settings = config.mentions("local-registry") ? await config.parsed() : undefined;
  const recalled = trees.size;
  const unpack = async () => {
    const { unpackCrates } = await import("./unpackCrate.ts");
    const total = crates.length - recalled;
    const onUnpacked = (crate: LockedCrate, tree: Digest) => {
      recordTree(crate, tree, store);
      trees.set(crate, tree);
      emit({ type: "progress", what: "unpack", done: trees.size - recalled, total });
    };
    return unpackCrates(missing(), store, {
      home: cargoHome(env, workspaceDir),
      settings,
      signal,
      onUnpacked,
    });
  };
  if (missing().length > 0) {
    const results = await unpack();
    const failure = results.find(({ status }) => status === "failed");
    if (failure?.status === "failed") return err(failure.error);
  }
  if (missing().length > 0 && options.bring) {
    await bringCrates(missing(), options.bring);
    recall();
  }
  if (missing().length > 0) {
    const download = offline
      ? undefined
      : await downloadMissing({ crates, missing: missing() }, store, options);
    const problem = worst(await unpack(), download?.ok ?? false);
    if (problem) return err(problem);
    if (download?.ok === false && missing().length > 0) return download;
    const adopted = await adopt();
    if (!adopted.ok) return adopted;
    if (missing().length > 0) return err(crateMissing(missing(), offline));
  }
  return ok(inOrder(crates, trees));
}

function inOrder(crates: readonly LockedCrate[], trees: ReadonlyMap<LockedCrate, Digest>): StoredCrate[] {
  return crates.flatMap((crate) => {
    const digest = trees.get(crate);
    return digest === undefined ? [] : [{ ...crate, digest }];
  });
}

/** The tree of a crate that was unpacked before, if the store still has it. */
export function treeOnRecord(crate: LockedCrate, store: Store): Digest | undefined {
  return store.records.get("crate", recordKey(crate));
}

/** Asks other machines for the trees of crates. What they do not have is absent as before. */
export async function bringCrates(crates: readonly LockedCrate[], bring: Bring): Promise<void> {
  await bring(crates.map((crate) => ({ kind: "crate", key: recordKey(crate) })));
}

/** Records the tree of a crate whose checksum was verified. */
export function recordTree(crate: LockedCrate, tree: Digest, store: Store): void {
  store.records.set("crate", recordKey(crate), tree);
}

/** With name and version, since they decide which entries of the archive are in place. */
function recordKey(crate: LockedCrate): string {
  return `${crate.checksum} ${crateStem(crate)}`;
}

/** Has Cargo download by the workspace's own lock, or else by a package that is made for it. */
async function downloadMissing(
  { crates, missing }: { readonly crates: readonly LockedCrate[]; readonly missing: readonly LockedCrate[] },
  store: Store,
  options: StoreCratesOptions,
): Promise<Result<void>> {
  const { fetchCrates, writeFetchPackage } = await import("./fetchCrates.ts");
  if (options.isWorkspaceLock !== false) return fetchCrates({ ...options, missing: missing.length });
  await using scratch = await store.tempDir("fetch");
  const manifest = writeFetchPackage(scratch.path, { dependencies: missing, locked: crates });
  return await fetchCrates({ ...options, missing: missing.length, manifest });
}

/**
 * What to report of what could not be unpacked. A file with other content in a directory that is not known to be
 * the crate's registry may be another registry's crate of that name; after a download that succeeded it is not, for
 * then Cargo takes it for ours.
 */
function worst(results: readonly Unpacked[], isDownloaded: boolean): Diagnostic | undefined {
  for (const result of results) {
    if (result.status === "failed") return result.error;
    if (result.status === "mismatch" && (result.own || isDownloaded)) return result.error;
  }
  return undefined;
}

/** `crate-missing`: crates that are not in Cargo's download cache, and may not or could not be put there. */
function crateMissing(crates: readonly LockedCrate[], offline: boolean): Diagnostic {
  const many = crates.length === 1 ? "1 crate is" : `${crates.length} crates are`;
  const listed = crates.map((crate) => `\`${crateStem(crate)}\` from ${registryName(crate.source)}`);
  if (offline) {
    return diagnostic("crate-missing", `${many} not downloaded yet, and \`--offline\` forbids to fetch`, {
      notes: listed,
      help: ["fetch once with the network: cargo fetch --locked"],
    });
  }
  return diagnostic(
    "crate-missing",
    `${many} not in Cargo's download cache, though \`cargo fetch\` succeeded`,
    {
      notes: [
        ...listed,
        "a source replacement (`[source.…]` in `.cargo/config.toml`) may have Cargo look elsewhere",
      ],
      help: ["remove the replacement, or add the crates to what it names"],
    },
  );
}
