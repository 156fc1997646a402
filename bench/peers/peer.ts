import type { Side } from "../side.ts";

/** Another program that saves compilation, installed and set up as its own manual says. */
export type Peer = {
  readonly name: "sccache" | "kache" | "cargo-chef" | "mbx" | "before";
  /** Of its crate, which has the peer's name; fixed, so that a table can be made again. */
  readonly version: string;
  /** What it is built with, where its version alone does not say. */
  readonly variant?: string;
  /** Where it lies, if nothing has to be installed. */
  readonly program?: string;
  /** Further arguments of `cargo install`. */
  readonly install: readonly string[];
  /** It is called in the place of Cargo. Default: it is called by Cargo, or builds by itself. */
  readonly isCargo?: true;
  /** Cases that it has no part in. */
  readonly without: readonly string[];
  /**
   * Beside what plain Cargo gets. `program` is where it was installed, `cache` what it keeps between builds.
   */
  env(program: string, cache: string): Readonly<Record<string, string>>;
  /**
   * Starts its server, for projects in `directories`. Absent: it has none.
   *
   * A server knows its cache by heart: it is stopped before, and started after, whatever replaces the
   * directory.
   */
  start?(side: Side, directories: readonly string[]): Promise<void>;
  stop?(side: Side): Promise<void>;
  /** Builds, and returns the seconds that count. Absent: it takes part in `cargo build`. */
  build?(side: Side): Promise<number>;
};
