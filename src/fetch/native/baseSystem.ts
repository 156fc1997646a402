import type { Digest } from "../../base/digest.ts";
import type { Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { dpkgBase } from "./dpkg/dpkgBase.ts";
import { hasDpkg } from "./dpkg/dpkgHost.ts";
import { hostUsrBase } from "./hostUsrBase.ts";
import type { NativeContext } from "./provider.ts";

/** What lies at `/usr` in a sandbox before anything is declared: libc, `cc`, the linker, a shell, base tools. */
export type BaseSystem = {
  /** Of its content; part of every key. */
  readonly digest: Digest;
  /** What to mount at `/usr`. */
  readonly dir: string;
  /** For people: `gcc 12.2.0 and what it needs, from dpkg`. */
  readonly description: string;
  /**
   * `closure`: a tree of the store with the C compiler and its dependencies, and nothing else.
   * `host-usr`: the host's whole `/usr`, known only by the content of its compiler, linker and libc.
   */
  readonly kind: "closure" | "host-usr";
};

/** The host, as far as the base system depends on it. */
export type BaseHost = Pick<NativeContext, "root" | "platform" | "env" | "signal" | "onProgress">;

/**
 * The base system of this host. Under 3 ms when nothing has been installed since the last time.
 *
 * Errors: `c-compiler-missing`, with the command that installs one.
 */
export function baseSystem(store: Store, host: BaseHost): Promise<Result<BaseSystem>> {
  return hasDpkg(host.root) ? dpkgBase(store, host) : hostUsrBase(store, host);
}
