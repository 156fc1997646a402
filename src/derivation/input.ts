import type { Derivation } from "./derivation.ts";
import type { NativePackage } from "./nativePackage.ts";
import type { Source } from "./source.ts";
import type { ToolchainRequest } from "./toolchainRequest.ts";

/** Something a step can see. Its content, never its path or its history, goes into the step's key. */
export type Input =
  | Source
  | DummySource
  | Vendor
  | VendorConfig
  | NativePackage
  | { readonly type: "output"; readonly of: Derivation }
  | { readonly type: "toolchain"; readonly request: ToolchainRequest }
  /** libc, `cc`, the linker, a shell and the short list of base tools. */
  | { readonly type: "base-system" }
  /** Text files that Gantry itself writes, by path below the mount. */
  | { readonly type: "files"; readonly files: Readonly<Record<string, string>> };

/** The project reduced to what decides how its dependencies are built: manifests, lock, and stub targets. */
export type DummySource = { readonly type: "dummy-source"; readonly of: Source };

/** Every crate that the source's `Cargo.lock` names, each at `<name>-<version>/` below the mount. */
export type Vendor = { readonly type: "vendor"; readonly of: Source };

/** The Cargo configuration, `config.toml` below the mount, that replaces the lock's sources by the vendored crates. */
export type VendorConfig = { readonly type: "vendor-config"; readonly of: Source };
