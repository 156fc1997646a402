import { constants } from "node:fs";
import { chmod, copyFile, lstat, mkdir, rm, symlink } from "node:fs/promises";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { digestFile } from "./digestFile.ts";
import { parentOf } from "./parentOf.ts";
import type { ScannedFile } from "./scannedFile.ts";
import { unreadable } from "./unreadable.ts";

/**
 * Copies scanned files into an empty directory: modes 0644 and 0755, symlinks as they are, shared blocks where
 * the file system has them. What is written is exactly what was scanned, whatever happens to the originals
 * meanwhile: each copy is digested, and one that differs is made a second time before giving up.
 *
 * Errors: `source-changed` if a file is not what it was when it was scanned (scan again), `source-unreadable`.
 *
 * @param from the directory that was scanned
 * @param to an empty directory
 * @throws what the system throws when `to` cannot be written
 */
export async function writeSource(
  files: readonly ScannedFile[],
  from: string,
  to: string,
): Promise<Result<void>> {
  for (const directory of new Set(files.map((file) => parentOf(file.path)))) {
    if (directory !== "") await mkdir(`${to}/${directory}`, { recursive: true });
  }
  for (let start = 0; start < files.length; start += atOnce) {
    const batch = files.slice(start, start + atOnce);
    const failures = await Promise.all(batch.map((file) => writeFile(file, from, to)));
    const failure = failures.find((each) => each !== undefined);
    if (failure) return err(failure);
  }
  return ok();
}

const atOnce = 16;

async function writeFile(file: ScannedFile, from: string, to: string): Promise<Diagnostic | undefined> {
  const target = `${to}/${file.path}`;
  if (file.type === "symlink") {
    await symlink(file.target, target);
    return undefined;
  }
  for (let attempt = 1; ; attempt++) {
    try {
      const origin = `${from}/${file.path}`;
      if (!(await lstat(origin)).isFile()) return changed(file.path);
      await copyFile(origin, target, constants.COPYFILE_FICLONE);
    } catch (thrown) {
      if (isAbout(thrown, ["ENOENT", "ENOTDIR"])) return changed(file.path);
      if (isAbout(thrown, ["EACCES", "EIO"])) return unreadable(file.path, thrown);
      throw thrown;
    }
    await chmod(target, file.executable ? 0o755 : 0o644);
    if (digestFile(target, file.size) === file.digest) return undefined;
    if (attempt === 2) return changed(file.path);
    await rm(target);
  }
}

function changed(path: string): Diagnostic {
  return diagnostic("source-changed", `\`${path}\` changed while it was being read`, {
    notes: ["a build uses one state of the source, and this file had two"],
    help: ["run the command again when nothing writes to the source any more"],
  });
}

function isAbout(thrown: unknown, codes: readonly string[]): boolean {
  return thrown instanceof Error && "code" in thrown && codes.includes(String(thrown.code));
}
