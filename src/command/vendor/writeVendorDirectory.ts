import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { copyCrate } from "./copyCrate.ts";
import { listFiles } from "./listFiles.ts";
import { occupied } from "./occupied.ts";

/** A crate's tree in the store, and where its copy belongs below the vendor directory. */
export type CrateCopy = { readonly tree: string; readonly path: string };

/**
 * Replaces `directory` (absolute) by copies of the crates. It is complete beside its place before it takes
 * it, so that whoever stops it leaves the old one whole. Hidden entries of the old one are kept.
 *
 * Errors: `vendor-occupied`, where something else than crates would be lost.
 */
export function writeVendorDirectory(directory: string, crates: readonly CrateCopy[]): Result<void> {
  const place = existsSync(directory) ? realpathSync(directory) : directory;
  const foreign = occupied(place);
  if (foreign !== undefined) return err(vendorOccupied(directory, foreign));
  mkdirSync(dirname(place), { recursive: true });
  const scratch = mkdtempSync(`${place}.gantry-`);
  try {
    const [fresh, old] = [join(scratch, "new"), join(scratch, "old")];
    mkdirSync(fresh);
    for (const { tree, path } of crates) {
      copyCrate(tree, join(fresh, path));
      listFiles(join(fresh, path));
    }
    keepHidden(place, fresh);
    replace(place, fresh, old);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return ok();
}

function keepHidden(place: string, fresh: string): void {
  if (!existsSync(place)) return;
  const hidden = readdirSync(place).filter((name) => name.startsWith("."));
  for (const name of hidden)
    cpSync(join(place, name), join(fresh, name), { recursive: true, verbatimSymlinks: true });
}

function replace(place: string, fresh: string, old: string): void {
  const had = existsSync(place);
  if (had) renameSync(place, old);
  try {
    renameSync(fresh, place);
  } catch (thrown) {
    if (had) renameSync(old, place);
    throw thrown;
  }
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
