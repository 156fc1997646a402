import {
  accessSync,
  constants,
  lstatSync,
  readlinkSync,
  renameSync,
  type Stats,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { dirname } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { freeBeside } from "../../tree/beside.ts";
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
    if (entry && !isOurs(link, entry)) return err(occupied(link, entry));
    // Permission is not all that a file system may lack. Where a link is already, one can be made.
    if (!entry) {
      const aside = freeBeside(link);
      symlinkSync("none", aside);
      unlinkSync(aside);
    }
    return ok();
  } catch (thrown) {
    return err(impossible(link, thrown));
  }
}

/**
 * Replaces a link into a store in one step; anything else at that place is the user's and stays.
 *
 * Errors: those of `prepareLink`: what lies there may have changed since.
 */
export function leaveLink(link: string, output: string): Result<void> {
  try {
    makeDirectory(dirname(link));
    const entry = lstatSync(link, { throwIfNoEntry: false });
    if (entry && !isOurs(link, entry)) return err(occupied(link, entry));
    // Writing it again would change the project's directory, which then had to be listed again.
    if (entry && readlinkSync(link) === output) return ok();
    const aside = freeBeside(link);
    symlinkSync(output, aside);
    renameSync(aside, link);
    return ok();
  } catch (thrown) {
    return err(impossible(link, thrown));
  }
}

const another = "choose another: --out-link PATH";

/**
 * Whether it is a link into a store, Gantry's or that of Nix, by how its target reads: the store may be another one than today's,
 * and what it leads to may be gone.
 */
function isOurs(link: string, entry: Stats): boolean {
  return (
    entry.isSymbolicLink() &&
    /^\/(?:.*\/trees\/[0-9a-f]{64}|nix\/store\/[^/]+)(?:\/|$)/s.test(readlinkSync(link))
  );
}

function occupied(link: string, entry: Stats): Diagnostic {
  if (entry.isSymbolicLink())
    return diagnostic("out-link-occupied", `\`${link}\` is a link that leads to no store`, {
      notes: [`it leads to \`${readlinkSync(link)}\`, so that somebody else has made it`],
      help: ["move it away, and run the same command again"],
    });
  return diagnostic("out-link-occupied", `\`${link}\` is not a link`, {
    notes: entry.isDirectory() ? ["it is a directory; the link would have to take its place"] : [],
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
