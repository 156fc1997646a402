/** A change of a source that a person makes. */
export type Edit = {
  readonly what: string;
  /** A case of `golden/dummy`. */
  readonly of: string;
  /** Files to add or, with `null`, to remove; or each a text to find in the file and what to put there. */
  readonly files: Readonly<Record<string, string | null | readonly [find: string, put: string]>>;
};
