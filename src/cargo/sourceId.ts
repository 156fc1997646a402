/**
 * Where a package comes from, as `Cargo.lock`, messages and unit graphs write it. URLs are kept as written.
 */
export type SourceId =
  /**
   * `registry+https://github.com/rust-lang/crates.io-index`: an index in git, and Cargo's name for crates.io.
   */
  | { readonly kind: "registry"; readonly url: string }
  /** `sparse+https://…`: an index over HTTP. The URL is kept without `sparse+`. */
  | { readonly kind: "sparse"; readonly url: string }
  | {
      readonly kind: "git";
      /** Without query and fragment. */
      readonly url: string;
      readonly reference: GitReference;
      /** The full commit that the lock pins. */
      readonly commit?: string;
    }
  | { readonly kind: "path" | "directory" | "local-registry"; readonly url: string };

/** What the manifest asked of a git repository; `default` is its default branch. */
export type GitReference =
  | { readonly kind: "default" }
  | { readonly kind: "branch" | "tag" | "rev"; readonly name: string };

/** crates.io, as lock files and messages name it whichever protocol is used. */
export const cratesIo: SourceId = { kind: "registry", url: "https://github.com/rust-lang/crates.io-index" };

export type SourceIdOptions = {
  /**
   * Whether names of branches, tags and revisions are percent-encoded. Lock files do so since version 4;
   * package ids always do. Default: true.
   */
  readonly encoded?: boolean;
};
