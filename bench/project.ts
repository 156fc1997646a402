export type Project = {
  readonly name: string;
  /**
   * Writes the project, lock file included, into an empty directory and downloads its crates.
   *
   * @returns variables that every side needs to find the crates; none if it returns nothing
   */
  obtain(into: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** Needs `protoc` from the machine where plain Cargo builds it. */
  readonly protoc?: boolean;
  /** Has crates of no registry, so that none can be added. */
  readonly generatedCrates?: boolean;
  /** The root of the binary's crate. */
  readonly main: string;
  /** The library of the same package. */
  readonly library?: string;
  /** The library of a workspace member that most others depend on. */
  readonly member?: string;
  /** The manifest of the package with the binary, which gets a new dependency. */
  readonly manifest: string;
  /** Where the version of that package stands: its manifest, or the workspace's. */
  readonly versioned: string;
};
