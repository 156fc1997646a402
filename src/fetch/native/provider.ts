import type { Digest } from "../../base/digest.ts";
import type { Result } from "../../base/result.ts";
import type { NativePackage } from "../../derivation/nativePackage.ts";
import type { Store } from "../../store/store.ts";

/** A source of native packages: the host's package manager, published crates, `PATH`. */
export type Provider = {
  readonly name: string;
  /** Undefined: this provider does not have the package; the next one is asked. */
  provide(wanted: NativePackage, context: NativeContext): Promise<Result<NativeTree | undefined>>;
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
