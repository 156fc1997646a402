import type { Derivation } from "../derivation/derivation.ts";
import type { NativePackage } from "../derivation/nativePackage.ts";
import type { Source } from "../derivation/source.ts";
import type { Vendor } from "../derivation/vendor.ts";
import type { CargoArtifacts } from "./buildDepsOnly.ts";
import type { Hook } from "./hook.ts";
import type { SourceRootArgs } from "./sourceRoot.ts";
import type { LockArgs } from "./vendor/lockArgs.ts";
import type { Overrides } from "./vendor/overrides.ts";

/** What every function that runs Cargo takes. Names and defaults are Crane's; shell words are lists here. */
export type CargoArgs = {
  readonly src: Source;
  /** Default: the name in the source's `Cargo.toml` (`package.metadata.crane.name`, else `package.name`). */
  readonly pname?: string;
  /** Default: the version in the source's `Cargo.toml`. */
  readonly version?: string;
  /**
   * The layer to start from, as `buildDepsOnly` makes it. `null`: none. Default: one made from these
   * arguments.
   */
  readonly cargoArtifacts?: CargoArtifacts | Derivation | null;
  /** For every Cargo invocation. Default: `["--locked"]`. */
  readonly cargoExtraArgs?: readonly string[];
  /** Default: `release`. The empty string leaves `--profile` away. */
  readonly cargoProfile?: string;
  /** Programs that the build runs. */
  readonly nativeBuildInputs?: readonly NativePackage[];
  /** Libraries that the result links. In one sandbox there is no difference; in the flake there is. */
  readonly buildInputs?: readonly NativePackage[];
  /** Accepted for Crane's sake: only declared inputs are ever visible. */
  readonly strictDeps?: boolean;
  /** Variables of the build. They are part of the key, and all that it sees beside the sandbox's own. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The crates, as `vendorCargoDeps` and its like give them; `null`: none. Default: those of the lock, with
   * the overrides in these arguments.
   */
  readonly cargoVendorDir?: Vendor | null;
} & SourceRootArgs &
  LockArgs &
  Overrides &
  CargoHooks;

/** Shell text or commands around the phases. */
export type CargoHooks = { readonly [hook in HookName]?: Hook };
export type HookName = "preBuild" | "postBuild" | "preCheck" | "postCheck" | "preInstall" | "postInstall";
