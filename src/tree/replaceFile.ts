import { chmodSync, existsSync, lstatSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { freeBeside } from "./beside.ts";

/**
 * Gives a file another text in one step, so that nobody sees a part of it, whoever else writes it at the same time. A link
 * stays one, and where it cannot be done nothing is left beside the file.
 *
 * @param mode whatever the user's mask says. Default: what the mask leaves of 0666
 * @throws what the system throws
 */
export function replaceFile(file: string, text: string, mode?: number): void {
  const to = lstatSync(file, { throwIfNoEntry: false }) ? realpathSync(file) : file;
  const written = freeBeside(to);
  try {
    writeFileSync(written, text);
    if (mode !== undefined) chmodSync(written, mode);
    renameSync(written, to);
  } catch (thrown) {
    if (existsSync(written)) rmSync(written);
    throw thrown;
  }
}
