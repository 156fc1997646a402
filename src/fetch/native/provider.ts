import type { Result } from "../../base/result.ts";
import type { NativePackage } from "../../derivation/model.ts";
import type { Bring, Store } from "../../store/store.ts";
import type { HostTree } from "./hostTree.ts";
import type { Circumstances } from "./plannedTree.ts";

/** A source of native packages: the host's package manager, published crates, `PATH`. */
export type Provider = {
  readonly name: string;
  /** Undefined: this provider does not have the package; the next one is asked. */
  provide(native: NativePackage, context: NativeContext): Promise<Result<NativeTree | undefined>>;
};

/** What lies under `/usr` for one package (`bin/…`, `lib/…`, `include/…`), to be laid over the base system. */
export type NativeTree = {
  readonly provider: string;
  readonly version?: string;
  /** Which files they are: the host's are read for it. Errors: `interrupted`. */
  readonly tree: () => Promise<Result<HostTree>>;
};

/** The machine that native packages come from, and where they go. */
export type NativeContext = Omit<Circumstances, "name"> & {
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
  /** Asked before Cargo downloads. Default: no other machine is. */
  readonly bring?: Bring | undefined;
};

/** The host, as far as the base system depends on it. */
export type BaseHost = Pick<NativeContext, "root" | "platform" | "env" | "signal" | "onProgress">;
