/**
 * One row of the table of readers: a project, something in it that reads, and an edit of what is read. After the edit
 * a build has to leave what a build from an empty store leaves, whoever builds it.
 */
export type Reader = {
  /** What reads, and what it reads. */
  readonly reader: string;
  readonly edit: string;
  /** The project, without its lock and configuration where `completed` can write them. */
  readonly files: Files;
  /** What is written over it. */
  readonly edits: Files;
  /**
   * What the program says before and after the edit, or `fails`, where the command does not succeed. Undefined: there
   * is nothing that could be run, and what is built has to be another than before.
   */
  readonly says: readonly [before: string, after: string] | undefined;
  /** The words of the command before and after; `["build"]` by default. Only such rows may have no edits. */
  readonly commands?: readonly [before: readonly string[], after: readonly string[]];
  /** The words of plain Cargo, where they are others. */
  readonly cargo?: readonly [before: readonly string[], after: readonly string[]];
  /** More arguments of `buildPackage` and `cargoClippy`. */
  readonly settings?: string;
  /** Variables of the build, Gantry's and Cargo's. */
  readonly env?: Readonly<Record<string, string>>;
  /** The lint that the check `clippy` denies. */
  readonly lint?: string;
  /** What has to be installed, as a command of the shell that succeeds where it is, and the package of Debian. */
  readonly needs?: { readonly isThere: string; readonly missing: string };
};

/** How a row is called, in tests and wherever else it is spoken of. */
export function titleOf({ reader, edit }: Reader): string {
  return `${reader} — ${edit}`;
}

export type Files = Readonly<Record<string, Content>>;

/** A text; null: nothing; or what makes the file at a place. */
export type Content = string | null | ((place: string) => void);

/** What `says` is of a command that has to fail. */
export const fails = "(fails)";
