import { inParallel } from "../../base/concurrency.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CargoConfig } from "../../cargo/config/cargoConfig.ts";
import type { Store } from "../../store/store.ts";
import { crateStem, type LockedCrate } from "../lockedPackage.ts";
import { type Progress, stopped } from "../progress.ts";
import { cargoHome, userConfig } from "../userConfig.ts";
import { adoptCrates } from "./adoptCrates.ts";
import { fetchCrates, writeFetchPackage } from "./fetchCrates.ts";
import { knownTree } from "./knownTree.ts";
import { checksumMismatch, locateCrates } from "./locateCrates.ts";
import { registryName } from "./registryName.ts";
import type { Unpacked } from "./unpackCrate.ts";

type StoreCratesOptions = {
  readonly workspaceDir: string;
  readonly offline: boolean;
  /** See `vendorTrees`. */
  readonly published?: boolean;
  readonly isWorkspaceLock?: boolean;
  readonly emit: (event: Progress) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  /** What `cargo fetch` is told besides. Default: nothing. */
  readonly cargoArguments?: readonly string[];
};

/** A crate and the digest of its tree: all that the archive holds, and `.cargo-checksum.json`. */
export type StoredCrate = LockedCrate & { readonly digest: Digest };

/** As many as zlib's threads can be kept busy with while files are written; each holds a crate in memory. */
const unpackedAtOnce = 4;

/** The trees of the crates, in their order. See `vendorTrees`, of which this is the working part. */
export async function storeCrates(
  crates: readonly LockedCrate[],
  store: Store,
  options: StoreCratesOptions,
): Promise<Result<StoredCrate[]>> {
  const trees = new Map<LockedCrate, Digest>();
  const left = () => crates.filter((crate) => !trees.has(crate));
  const recall = () => {
    for (const crate of left()) {
      const known = knownTree(crate, store);
      if (known !== undefined) trees.set(crate, known);
    }
  };
  const config = userConfig(options.workspaceDir, options.env);
  const adopt = async (): Promise<Result<void>> => {
    if (!config.mentions("directory")) return ok();
    const adopted = await adoptCrates(left(), await config.parsed(), store);
    if (!adopted.ok) return adopted;
    for (const [crate, tree] of adopted.value) trees.set(crate, tree);
    return ok();
  };
  if (!options.published) {
    const adopted = await adopt();
    if (!adopted.ok) return adopted;
  }
  recall();
  if (left().length === 0) return ok(inOrder(crates, trees));
  // Several steps, or processes, may want the same crates at once: whoever waited finds them unpacked.
  await using _ = await store.exclusive("crates", options.signal);
  recall();
  const parsed = config.mentions("local-registry") ? await config.parsed() : undefined;
  const known = trees.size;
  if (left().length > 0) {
    const first = await unpackAll(left(), trees, store, { ...options, config: parsed, known });
    const failure = first.find((one) => one.status === "failed");
    if (failure) return err(failure.error);
  }
  if (left().length > 0) {
    const fetched = options.offline ? undefined : await fetchLeft(crates, left(), store, options);
    const second = await unpackAll(left(), trees, store, { ...options, config: parsed, known });
    const problem = worst(second, fetched?.ok ?? false);
    if (problem) return err(problem);
    if (fetched?.ok === false && left().length > 0) return fetched;
    const adopted = await adopt();
    if (!adopted.ok) return adopted;
    if (left().length > 0) return err(crateMissing(left(), options.offline));
  }
  return ok(inOrder(crates, trees));
}

/** Has Cargo download by the workspace's own lock, or else by a package that is made for it. */
async function fetchLeft(
  locked: readonly LockedCrate[],
  wanted: readonly LockedCrate[],
  store: Store,
  options: StoreCratesOptions,
): Promise<Result<void>> {
  const missing = wanted.length;
  if (options.isWorkspaceLock !== false) return fetchCrates({ ...options, missing });
  await using scratch = await store.tempDir("fetch");
  const manifest = writeFetchPackage(scratch.path, { wanted, locked });
  return await fetchCrates({ ...options, missing, manifest });
}

function inOrder(crates: readonly LockedCrate[], trees: ReadonlyMap<LockedCrate, Digest>): StoredCrate[] {
  return crates.flatMap((crate) => {
    const digest = trees.get(crate);
    return digest === undefined ? [] : [{ ...crate, digest }];
  });
}

type Unpacking = StoreCratesOptions & {
  readonly config: CargoConfig | undefined;
  /** How many trees there were before any was unpacked. */
  readonly known: number;
};

/** Unpacks those that Cargo has downloaded; the progress counts the others too, which are still to come. */
async function unpackAll(
  crates: readonly LockedCrate[],
  trees: Map<LockedCrate, Digest>,
  store: Store,
  { workspaceDir, env, emit, signal, config, known }: Unpacking,
): Promise<Unpacked[]> {
  // Only now: a build that finds everything in the store needs no archives.
  const { unpackCached } = await import("./unpackCrate.ts");
  const files = locateCrates(crates, cargoHome(env, workspaceDir), config);
  const total = trees.size - known + crates.length;
  return inParallel(crates, unpackedAtOnce, async (crate, index) => {
    if (signal?.aborted) return { status: "failed", error: stopped() };
    const unpacked = await unpackCached(crate, files[index] ?? [], store);
    if (unpacked.status !== "unpacked") return unpacked;
    trees.set(crate, unpacked.digest);
    emit({ type: "progress", what: "unpack", done: trees.size - known, total });
    return unpacked;
  });
}

/**
 * What to report of what could not be unpacked. A file with other content in a directory that is not known to be
 * the crate's registry may be another registry's crate of that name; after a fetch that succeeded it is not, for
 * then Cargo takes it for ours.
 */
function worst(results: readonly Unpacked[], fetched: boolean) {
  for (const result of results) {
    if (result.status === "failed") return result.error;
    if (result.status === "mismatch" && (result.own || fetched)) return checksumMismatch(result.mismatch);
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
