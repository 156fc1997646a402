import type { FileType } from "../derivation/source.ts";
import type { Keeps } from "./filterPredicate.ts";
import { parentOf } from "./parentOf.ts";

/**
 * A user's function of path and type. As with Crane's filters, nothing below a directory that it refuses is
 * kept, whatever it says of the files there; each directory is asked about once.
 *
 * What the function throws goes to `failed`, and the path is not kept.
 */
export function wherePredicate(
  keep: (path: string, type: FileType) => boolean,
  failed: (path: string, thrown: unknown) => void,
): Keeps {
  const ask = (path: string, type: FileType): boolean => {
    try {
      return keep(path, type);
    } catch (thrown) {
      failed(path, thrown);
      return false;
    }
  };
  const asked = new Map<string, boolean>([["", true]]);
  const enters = (directory: string): boolean => {
    const known = asked.get(directory);
    if (known !== undefined) return known;
    const answer = enters(parentOf(directory)) && ask(directory, "directory");
    asked.set(directory, answer);
    return answer;
  };
  return (path, type) => (type === "directory" ? enters(path) : enters(parentOf(path)) && ask(path, type));
}
