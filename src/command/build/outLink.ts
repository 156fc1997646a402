import { accessSync, constants, lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { makeDirectory } from "../../tree/makeDirectory.ts";

/**
 * Makes the directories that a link to an output shall lie in, and finds out whether it can be made there: before the
 * build, which may take long.
 *
 * Errors: `out-link-occupied`, `out-link-impossible`.
 */
export function prepareLink(link: string): Result<void> {
  try {
    makeDirectory(dirname(link));
    accessSync(dirname(link), constants.W_OK | constants.X_OK);
    const entry = lstatSync(link, { throwIfNoEntry: false });
    if (entry && !entry.isSymbolicLink()) return err(occupied(link, entry.isDirectory()));
    // Permission is not all that a file system may lack. Where a link is already, one can be made.
    if (!entry) {
      symlinkSync("none", asideOf(link));
      unlinkSync(asideOf(link));
    }
    return ok();
  } catch (thrown) {
    return err(impossible(link, thrown));
  }
}

/**
 * Replaces a link of ours in one step; anything else at that place is the user's and stays.
 *
 * Errors: those of `prepareLink`: what lies there may have changed since.
 */
export function leaveLink(link: string, output: string): Result<void> {
  try {
    makeDirectory(dirname(link));
    const entry = lstatSync(link, { throwIfNoEntry: false });
    if (entry && !entry.isSymbolicLink()) return err(occupied(link, entry.isDirectory()));
    // Writing it again would change the project's directory, which then had to be listed again.
    if (entry && readlinkSync(link) === output) return ok();
    symlinkSync(output, asideOf(link));
    renameSync(asideOf(link), link);
    return ok();
  } catch (thrown) {
    return err(impossible(link, thrown));
  }
}

function asideOf(link: string): string {
  return `${link}.${process.pid}`;
}

const another = "choose another: --out-link PATH";

function occupied(link: string, isDirectory: boolean): Diagnostic {
  return diagnostic("out-link-occupied", `\`${link}\` is not a link`, {
    notes: isDirectory ? ["it is a directory; the link would have to take its place"] : [],
    help: [another],
  });
}

/** @throws what is no refusal of the operating system */
function impossible(link: string, thrown: unknown): Diagnostic {
  if (!(thrown instanceof Error && "code" in thrown)) throw thrown;
  return diagnostic("out-link-impossible", `the link \`${link}\` cannot be made`, {
    help: [another],
    causes: [thrown.message],
  });
}
