import type { LocalPackage } from "./localPackage.ts";
import type { LockedDependency } from "./lockedDependency.ts";
import type { Override } from "./parseOverride.ts";

/** An override that was understood: what is replaced by what. */
export type Replacement = {
  readonly override: Override;
  readonly locked: LockedDependency;
  readonly local: LocalPackage;
};
