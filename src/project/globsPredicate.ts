import picomatch from "picomatch";
import type { Keeps } from "./filterPredicate.ts";

/**
 * Which paths match one of the patterns. A pattern whose last name has no wildcard names a file, or a
 * directory and all below it. Hidden files match like any other.
 *
 * For a directory the answer is whether something below it may match, so that a scan need not look elsewhere.
 *
 * @example
 * globsPredicate(["migrations/**", "proto"])("proto/a/b.proto", "file") // true
 */
export function globsPredicate(patterns: readonly string[]): Keeps {
  const globs = patterns.map(read);
  return (path, type) =>
    type === "directory"
      ? globs.some((glob) => mayHold(glob, path))
      : globs.some((glob) => glob.matches(path));
}

type Glob = {
  readonly matches: (path: string) => boolean;
  /** The directory that holds all matches; `""` where that is not known. */
  readonly base: string;
};

function read(pattern: string): Glob {
  const plain = pattern.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  const scanned = picomatch.scan(plain);
  const isDirectory = !/[*?[\]{}()!\\]/.test(plain.slice(plain.lastIndexOf("/") + 1));
  const wild = picomatch(isDirectory ? [plain, `${plain}/**`] : plain, { dot: true });
  if (scanned.negated) return { matches: wild, base: "" };
  if (scanned.isGlob || plain.includes("\\")) return { matches: wild, base: scanned.base };
  if (plain === "" || plain === ".") return { matches: () => true, base: "" };
  return { matches: (path) => path === plain || path.startsWith(`${plain}/`), base: plain };
}

function mayHold({ base }: Glob, directory: string): boolean {
  if (base === "" || base === directory || directory === "") return true;
  return base.startsWith(`${directory}/`) || directory.startsWith(`${base}/`);
}
