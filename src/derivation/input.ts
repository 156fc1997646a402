import type { NativePackage } from "./nativePackage.ts";
import type { Source } from "./source.ts";
import type { ToolchainRequest } from "./toolchainRequest.ts";
import type { CrateTree, GitTree, OutputTree, PatchedTree } from "./tree.ts";
import type { Vendor, VendorConfig } from "./vendor.ts";

/** Something a step can see. Its content, never its path or its history, goes into the step's key. */
export type Input =
  | Source
  | DummySource
  | Vendor
  | VendorConfig
  | NativePackage
  | OutputTree
  | GitTree
  | CrateTree
  | PatchedTree
  | { readonly type: "toolchain"; readonly request: ToolchainRequest }
  /** libc, `cc`, the linker, a shell and the short list of base tools. */
  | { readonly type: "base-system" }
  /** Text files that Gantry itself writes, by path below the mount. */
  | { readonly type: "files"; readonly files: Readonly<Record<string, string>> };

/** The project reduced to what decides how its dependencies are built: manifests, lock, and stub targets. */
export type DummySource = { readonly type: "dummy-source"; readonly of: Source };
