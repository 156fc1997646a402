/** What a lock says of a crate. */
export type LockedCrate = {
  readonly name: string;
  readonly version: string;
  readonly checksum: string;
  /** The names of its dependencies. */
  readonly dependencies: readonly string[];
};
