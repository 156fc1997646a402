import { type Digest, digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Derivation, Input } from "../../derivation/model.ts";
import type { Project } from "../../project/findProject.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Store } from "../../store/store.ts";
import { type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import type { Emit } from "../event.ts";
import type { SharedCache } from "../shared/sharedCache.ts";

/** An input whose content is known, which need not be on disk yet. */
export type ResolvedInput = {
  /** Of the content: what the step's key holds in its place. */
  readonly digest: Digest;
  /** The same of what is seen of it by what is compiled for this machine. Default: all of it. */
  readonly ofHost?: Digest;
  /** Puts the content on disk and says where. Asked only if the step has to run. */
  readonly place: () => Promise<Result<readonly Placement[]>>;
  /** The same as soon as it is known what will lie where. Default: when all is there. */
  readonly begin?: () => Promise<Result<Placing>>;
  /** What people call it, with its version: `rustc 1.95.0`. */
  readonly name?: string;
  /** Whether it still is what the digest is of, for what lies outside the store; undefined: nothing changes it. */
  readonly isUnchanged?: () => Promise<boolean>;
  /**
   * What a source consists of: the units of the project's own packages are found by it. Undefined also where it cannot be
   * had, of which `place` tells.
   */
  readonly files?: readonly TreeFile[] | undefined;
  /** What a source was reduced to, to say what of it changed. Asked only if the step has to run. */
  readonly reducedTo?: () => Promise<readonly TreeFile[]>;
};

/** What is being put on disk. */
type Placing = {
  readonly placements: readonly Placement[];
  /** Nothing of it is to be read before. */
  readonly arrived: Promise<Result<void>>;
};

/** A directory (or file) of the host that shall appear at the mount's path, or `below` it. */
export type Placement = {
  readonly below: string;
  readonly directory: string;
  /** Of this part alone, where an input has parts: a vendored crate. */
  readonly digest?: Digest;
};

/**
 * Finds the content of every kind of input but another step's output, which the engine itself provides: `outputOf`
 * is asked for those that an input has in it.
 */
export type ResolveInput = (
  input: Exclude<Input, { type: "output" }>,
  outputOf: OutputOf,
) => Promise<Result<ResolvedInput>>;

/** Realises a step, and gives the tree of what it left. */
export type OutputOf = (step: Derivation) => Promise<Result<Digest>>;

/** What finding the content of inputs needs. */
export type InputContext = {
  readonly store: Store;
  readonly project: Project;
  /** The user's own environment: fetching happens as the user. */
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  /** Lock files are left as they are. */
  readonly frozen: boolean;
  readonly emit: Emit;
  /** Stops downloads and long reading. */
  readonly signal: AbortSignal;
  /** Brings records from other machines. Default: nobody does. */
  readonly shared?: Pick<SharedCache, "bring"> | undefined;
  /** How steps are isolated. Default: `full`. */
  readonly level?: Sandbox["level"];
};

/** What is on disk already. */
export function placingOf(placements: Result<readonly Placement[]>): Result<Placing> {
  return placements.ok ? ok({ placements: placements.value, arrived: Promise.resolve(ok()) }) : placements;
}

/** One tree of the store, at the mount's own path, before it is there: `place` puts it there, or says why it cannot be had. */
export async function treeToCome(
  { store }: Pick<InputContext, "store">,
  tree: Digest,
  place: () => Promise<Result<unknown>>,
): Promise<Result<Placing>> {
  const arrived = place().then((placed) => (placed.ok ? ok() : placed));
  return ok({ placements: [{ below: "", directory: `${store.root}/trees/${tree}` }], arrived });
}

/** One tree of the store, at the mount's own path. */
export function placement({ store }: InputContext, tree: Result<Digest>): Result<readonly Placement[]> {
  return placementAt(tree.ok ? ok(store.pathOf(tree.value)) : tree);
}

/** One directory, at the mount's own path. */
export function placementAt(directory: Result<string>): Result<readonly Placement[]> {
  return directory.ok ? ok([{ below: "", directory: directory.value }]) : directory;
}

/** Text that Gantry itself writes, by path. */
export function resolveFiles(
  context: InputContext,
  files: Readonly<Record<string, string>>,
): Result<ResolvedInput> {
  const tree = Object.entries(files).map(
    ([path, text]): TreeFile => ({ path, type: "file", digest: digestOf(text), executable: false }),
  );
  const origin = ({ path }: TreeFile) => Buffer.from(files[path] ?? "");
  return ok({
    digest: treeDigest(tree),
    place: async () => placement(context, await context.store.compose(tree, origin)),
  });
}
