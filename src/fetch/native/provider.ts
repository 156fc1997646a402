import type { Digest } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { NativePackage } from "../../derivation/model.ts";
import type { Store } from "../../store/store.ts";

/** A source of native packages: the host's package manager, published crates, `PATH`. */
export type Provider = {
  readonly name: string;
  /** Undefined: this provider does not have the package; the next one is asked. */
  provide(native: NativePackage, context: NativeContext): Promise<Result<NativeTree | undefined>>;
};

/** What lies under `/usr` for one package (`bin/…`, `lib/…`, `include/…`), to be laid over the base system. */
export type NativeTree = {
  readonly digest: Digest;
  readonly provider: string;
  readonly version?: string;
};

/** The machine that native packages come from, and where they go. */
export type NativeContext = {
  readonly store: Store;
  /** `linux-x86_64`; see `hostPlatform`. */
  readonly platform: string;
  /** Put before every path of the host; empty, but for tests. */
  readonly root: string;
  /** `PATH` and `CARGO_HOME` are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where Cargo is run, so that the project's mirrors and credentials apply. */
  readonly directory: string;
  readonly offline: boolean;
  /** Stops copying when aborted. */
  readonly signal?: AbortSignal;
  /** Told, while files are copied, what they make up (`base system`, `openssl`), and how far it is, in bytes. */
  readonly onProgress?: (name: string, done: number, total: number) => void;
};

/** The host, as far as the base system depends on it. */
export type BaseHost = Pick<NativeContext, "root" | "platform" | "env" | "signal" | "onProgress">;

/** What is found out about the host, kind by kind. */
type HostFact = "native-dpkg" | "native-listing" | "native-path" | "native-crate";

export type Versioned = { readonly digest: Digest; readonly version?: string };

/**
 * Finds a tree once, or that there is none, and records it under `kind` and `key`. A tree that garbage collection has
 * taken is found anew.
 *
 * Errors: those of `find`.
 */
export async function findOnce(
  store: Store,
  { kind, key }: { readonly kind: HostFact; readonly key: string },
  find: () => Promise<Result<Versioned | undefined>>,
): Promise<Result<Versioned | undefined>> {
  const before = store.records.get(kind, key);
  if (before !== undefined) return ok(before ?? undefined);
  const result = await find();
  if (result.ok) store.records.set(kind, key, result.value ?? null);
  return result;
}

/** What `findOnce` found, as the tree of a provider. */
export function suppliedBy(
  provider: string,
  found: Result<Versioned | undefined>,
): Result<NativeTree | undefined> {
  if (!found.ok) return found;
  return ok(found.value && { ...found.value, provider });
}
