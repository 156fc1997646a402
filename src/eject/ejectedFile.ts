// eject: files that are written from a description, for those who do not have Gantry.

/** A file that `gantry eject` writes: the same bytes on every machine, for the same description. */
export type EjectedFile = {
  /** Relative to the top of the repository. */
  readonly path: (typeof ejectedPaths)[number];
  readonly text: string;
};

/** Where files may be ejected to, from the top of the repository. */
export const ejectedPaths = [".github/workflows/gantry.yml", ".gitlab/gantry.yml"] as const;

/**
 * The comment at the top of an ejected file, by which it is known as one.
 *
 * @param command what writes it: `gantry eject ci`
 */
export function headOf(command: string): string {
  return `# Written by \`${command}\`. Do not edit: change the description and run it again.\n`;
}

/** Whether a file was written by `gantry eject`, if perhaps by another version or from another description. */
export function isEjected(text: string): boolean {
  return /^# Written by `gantry eject [^`]*`/.test(text);
}
