import { realpathSync } from "node:fs";
import type { Result } from "../base/result.ts";
import type { Project as Offered } from "../crane/project.ts";
import type { Derivation } from "../derivation/model.ts";
import type { Project } from "../project/findProject.ts";
import { repositoryOf } from "../project/gitRules.ts";

/** The services that a CI pipeline can be for. */
export const ciServices = ["github", "gitlab"] as const;

export type CiService = (typeof ciServices)[number];

/** What files are made from: nothing of the machine or of the user is in it, since they are the same everywhere. */
export type EjectSubject = {
  readonly project: Project;
  /** What the description says. */
  readonly offered: Offered & {
    /** The files of the configuration: itself and what it imports. Default: there is none. */
    readonly files?: readonly string[];
  };
};

/** A file that `gantry eject` writes: the same bytes on every machine, for the same description. */
export type EjectedFile = {
  /** Relative to where its kind lies: the top of the repository, or the project's root. */
  readonly path: string;
  /** It begins with `headOf(command)`, after the line that names an interpreter. */
  readonly text: string;
  /** What writes it: `gantry eject ci --for github`. */
  readonly command: string;
  /** What remains to be done once it is written: `commit it`. */
  readonly next: string;
  /** Whether one runs it as a program. Default: no. */
  readonly isExecutable?: true;
  /** A file beside it that is each one's own, and may hold secrets. Default: there is none. */
  readonly own?: string;
};

/**
 * Makes the files of a kind.
 *
 * Errors: what the description has that cannot be said in such a file.
 *
 * @param variant one of the kind's, where it has some; default: the one that fits the repository
 */
export type MakeFiles = (subject: EjectSubject, variant?: string) => Result<readonly EjectedFile[]>;

/**
 * The comment by which an ejected file is known as one, for its first line, or the one after `#!`.
 *
 * @param command what writes it: `gantry eject ci`
 */
export function headOf(command: string): string {
  return `# Written by \`${command}\`. Do not edit: change the description and run it again.\n`;
}

/** The top of the repository that a project lies in, or the project's own directory. */
export function repositoryRoot(root: string): string {
  const real = realpathSync(root);
  return repositoryOf(real) ?? real;
}

/** Whether a file was written by `gantry eject`, if perhaps by another version or from another description. */
export function isEjected(text: string): boolean {
  return /^(?:#![^\n]*\n)?# Written by `gantry eject [^`]*`/.test(text);
}

/** Where the check that compares ejected files has them as they should be. */
export const expectedFiles = "/build/ejected";

/** Whether a check is that one, which the description does not have. */
export function isEjectedCheck({ mounts }: Derivation): boolean {
  return expectedFiles in mounts;
}
