import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { type Digest, digester, digestOf } from "../base/digest.ts";
import { errorCode } from "../base/narrowing.ts";
import { shortPath } from "../base/paths.ts";
import { shortMessage } from "../base/systemError.ts";

/**
 * The text of a file; undefined for one that is not there or cannot be read, where that is no error. A pipe or a device is no
 * file: to open one would wait for whoever writes into it, perhaps for ever.
 */
export function textOf(file: string): string | undefined {
  return bytesOf(file)?.toString();
}

/** The same as bytes. */
export function bytesOf(file: string): Buffer | undefined {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return fstatSync(descriptor).isFile() ? readFileSync(descriptor) : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** What lies at a path, a link itself; undefined where nothing does, or where something above it is no directory. */
export function entryAt(path: string | Buffer): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (thrown) {
    if (errorCode(thrown) === "ENOTDIR") return undefined;
    throw thrown;
  }
}

/** Whether a directory lies on a file system whose times are chosen by who makes it, and tell nothing (statfs(2)). */
export function isImage(directory: string): boolean {
  return images.has(statfsSync(directory).type);
}

/** squashfs, erofs, cramfs, romfs, ISO 9660. */
const images: ReadonlySet<number> = new Set([0x73717368, 0xe0f5e1e2, 0x28cd3d45, 0x7275, 0x9660]);

/** The first of these paths that is a file, or a link to one. */
export function firstFile(paths: readonly string[]): string | undefined {
  return paths.find(isFile);
}

/** Whether a path is a file, or a link to one. Of a link that leads round in a circle or where nobody may look, it is not. */
export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

/**
 * What lies at a path and is no file, as the end of a sentence; undefined for a file, for a link to one, and where nothing is.
 * Nothing is opened.
 *
 * @example
 * kindOfNoFile("/dev/null") // "a device"
 */
export function kindOfNoFile(path: string): string | undefined {
  if (!entryAt(path) || isFile(path)) return undefined;
  let found: Stats | undefined;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch {
    // A link that leads round in a circle, or to where nobody may look.
  }
  if (!found) return "a link that leads to no file";
  if (found.isDirectory()) return "a directory";
  if (found.isFIFO()) return "a pipe";
  return found.isSocket() ? "a socket" : "a device";
}

/** Whether one of the directories of a `PATH` has a program of that name. */
export function isOnPath(program: string, { PATH = "" }: NodeJS.ProcessEnv): boolean {
  return findOnPath(program, PATH) !== undefined;
}

/** The first program of that name in the directories of a `PATH`. */
export function findOnPath(program: string, path: string): string | undefined {
  const isProgram = (file: string): boolean => {
    try {
      accessSync(file, constants.X_OK);
      return isFile(file);
    } catch {
      return false;
    }
  };
  return path
    .split(":")
    .map((directory) => join(directory, program))
    .find(isProgram);
}

/**
 * The digest of a file's content. Large files are read piece by piece, so that a data set in the tree does
 * not have to fit into memory.
 *
 * @param size in bytes, as it is expected
 * @throws what the system throws for a file that cannot be read
 */
export function digestFile(file: string, size: number): Digest {
  const descriptor = openSync(file, "r");
  try {
    return digestOpen(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
}

/** The same of an open file, from where it stands. */
export function digestOpen(descriptor: number, size: number): Digest {
  if (size <= piece) return digestOf(readFileSync(descriptor));
  const hash = digester();
  const buffer = Buffer.alloc(piece);
  for (;;) {
    const length = readSync(descriptor, buffer, 0, piece, null);
    if (length === 0) return hash.finish();
    hash.update(buffer.subarray(0, length));
  }
}

const piece = 8 * 1024 * 1024;

/**
 * A file or directory of the project that the system does not let us read. `path` is shown as it is given.
 */
export function unreadable(path: string, thrown: unknown): Diagnostic {
  const code = errorCode(thrown);
  const reason = reasons[code] ?? "the system refused";
  return diagnostic("source-unreadable", `\`${shortPath(path)}\` cannot be read: ${reason}`, {
    help: remedies[code]?.(path) ?? [],
    causes: [shortMessage(thrown)],
  });
}

const remedies: Readonly<Record<string, (path: string) => readonly string[]>> = {
  EACCES: (path) => [`chmod u+r ${path}`, "or, if no build needs it, let `.gitignore` name it"],
  ENAMETOOLONG: () => ["rename or move what it lies in, or let `.gitignore` or the filter leave it out"],
};

/** A file or directory of the project of which one thing was seen and another read, so that nobody knows what a key would hold. */
export function changedMeanwhile(path: string): Diagnostic {
  return diagnostic("source-changed", `\`${path}\` changed while it was being read`, {
    help: [
      "run the same command again",
      "or, if it is written all the time and no build needs it, let `.gitignore` name it",
    ],
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EISDIR: "it is a directory",
  EIO: "input/output error",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the path is longer than the system allows",
};

/**
 * The first bytes of a file: as many as tell text from binary, and which program a script names.
 *
 * @throws what the system throws for a file that cannot be read
 */
export function headOf(file: string | Buffer): Uint8Array {
  const bytes = Buffer.alloc(1024);
  const descriptor = openSync(file, "r");
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
}
