import { isUtf8 } from "node:buffer";
import { readdirSync } from "node:fs";

/**
 * Whether a name that Node gave of something in a directory is not UTF-8, so that it cannot be opened by it. Node shows
 * U+FFFD for bytes that are not, but a name may also hold that character.
 */
export function isUndecodable(directory: string, name: string): boolean {
  if (!name.includes("\ufffd")) return false;
  return readdirSync(directory, { encoding: "buffer" }).some(
    (bytes) => bytes.toString() === name && !isUtf8(bytes),
  );
}
