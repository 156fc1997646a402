import type { Input } from "./input.ts";
import type { Phase } from "./phase.ts";

/**
 * One build step as plain data: what runs, with which environment, over which inputs. Nothing in it has
 * been read or run; realising is the engine's affair.
 */
export type Derivation = {
  readonly type: "derivation";
  /** For people: `app-deps`. Not part of the key, so two projects share a step that is the same. */
  readonly name: string;
  readonly phases: readonly Phase[];
  /** The whole environment, beside the few variables that the sandbox itself sets. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * What is visible, by absolute path: `/build/source`, `/build/vendor`, `/usr`, … A list is a union of
   * trees in which an earlier one hides a later one.
   */
  readonly mounts: Readonly<Record<string, Input | readonly Input[]>>;
  /**
   * The directory below `/build/source` in which commands run that do not say another. Default: that itself.
   */
  readonly workspace?: string;
  /** For steps that run Cargo: the target directory and the units in it. */
  readonly target?: TargetDirectory;
};

/** `/build/target`: which units lie in it when the step starts, and which are kept when it ends. */
export type TargetDirectory = {
  /** The step whose layer is restored. Realised first; its digest is part of the key. */
  readonly layer?: Derivation;
  /** The Cargo invocations, without `cargo`, whose unit graphs say which units the step needs. */
  readonly plans: readonly (readonly string[])[];
  /** `dependencies`: units of registry and git packages; `all`: workspace members too. */
  readonly keep: "dependencies" | "all";
};
