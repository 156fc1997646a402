import { posix } from "node:path";
import type { Source } from "../derivation/source.ts";

export type SourceRootArgs = {
  /**
   * The directory of `src` that is Cargo's workspace, in which everything runs, such as `rust`. Default: its
   * root.
   */
  readonly sourceRoot?: string;
};

/** The source with its workspace where the arguments say. */
export function withSourceRoot(src: Source, { sourceRoot }: SourceRootArgs): Source {
  if (sourceRoot === undefined) return src;
  const directory = posix.join(sourceRoot, ".").replace(/\/$/, "");
  return directory === "." ? src : { ...src, workspace: directory };
}

/** Whether a path stays in the source. */
export function isSourceRoot(path: string): boolean {
  return !posix.isAbsolute(path) && path !== "" && !/^\.\.(\/|$)/.test(posix.normalize(path));
}
