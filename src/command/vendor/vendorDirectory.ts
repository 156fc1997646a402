import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { checksumFile } from "../../fetch/checksumFile.ts";
import { besideOf, freeBeside } from "../../tree/beside.ts";
import { makeDirectory } from "../../tree/makeDirectory.ts";

/**
 * Replaces `directory` (absolute) by one that `fill` fills with crates. It is complete beside its place before it takes
 * it, so that whoever stops it leaves the old one whole. Hidden entries of the old one are kept.
 *
 * Errors: `vendor-occupied`, where something else than crates would be lost; those of `fill`.
 */
export async function replaceVendorDirectory(
  directory: string,
  fill: (fresh: string) => Promise<Result<void>>,
): Promise<Result<void>> {
  const place = existsSync(directory) ? realpathSync(directory) : directory;
  const foreign = occupied(place);
  if (foreign !== undefined) return err(vendorOccupied(directory, foreign));
  makeDirectory(dirname(place));
  const fresh = freeBeside(place);
  mkdirSync(fresh);
  try {
    const filled = await fill(fresh);
    if (!filled.ok) return filled;
    keepHidden(place, fresh);
    replace(place, fresh);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return ok();
}

function keepHidden(place: string, fresh: string): void {
  if (!existsSync(place)) return;
  const hidden = readdirSync(place).filter((name) => name.startsWith("."));
  for (const name of hidden)
    cpSync(join(place, name), join(fresh, name), { recursive: true, verbatimSymlinks: true });
}

function replace(place: string, fresh: string): void {
  const had = existsSync(place);
  // What is left of it by a process that is killed here may be all that there is.
  const old = besideOf(place, "old");
  if (had) renameSync(place, old);
  try {
    renameSync(fresh, place);
  } catch (thrown) {
    if (had) renameSync(old, place);
    throw thrown;
  }
  rmSync(old, { recursive: true, force: true });
}

function vendorOccupied(directory: string, foreign: string) {
  return diagnostic(
    "vendor-occupied",
    `\`${directory}\` holds something else than vendored crates: \`${foreign}\``,
    {
      notes: ["vendoring replaces the whole directory"],
      help: ["move it away, or choose another directory: gantry vendor DIR"],
      status: 2,
    },
  );
}

/**
 * What in `directory` was not put there by vendoring, and would be lost if it were replaced: the first such
 * entry. Hidden entries do not count; they are kept.
 */
function occupied(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  return visible(directory).find(
    (name) => !isCrate(join(directory, name)) && !holdsCrates(join(directory, name)),
  );
}

function visible(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith("."));
  } catch {
    return [directory];
  }
}

function isCrate(path: string): boolean {
  return existsSync(join(path, checksumFile));
}

/** The directory of one registry. */
function holdsCrates(path: string): boolean {
  const names = visible(path);
  return names.length > 0 && names.every((name) => isCrate(join(path, name)));
}
