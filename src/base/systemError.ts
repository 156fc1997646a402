import { type Diagnostic, diagnostic } from "./diagnostic.ts";

const remedies: Readonly<Record<string, { code: string; says: string; help: string }>> = {
  ENOSPC: {
    code: "disk-full",
    says: "no space left on the device",
    help: "free some space, for example with `gantry store gc`, or choose another place with `--store DIR`",
  },
  EDQUOT: {
    code: "disk-full",
    says: "the disk quota is used up",
    help: "free some space, for example with `gantry store gc`, or choose another place with `--store DIR`",
  },
  EACCES: {
    code: "not-permitted",
    says: "permission denied",
    help: "make the path writable for you, or choose another store with `--store DIR`",
  },
  EPERM: {
    code: "not-permitted",
    says: "operation not permitted",
    help: "make the path writable for you, or choose another store with `--store DIR`",
  },
  EROFS: {
    code: "not-permitted",
    says: "the file system is read-only",
    help: "choose another store with `--store DIR`",
  },
  ENOTDIR: {
    code: "not-a-directory",
    says: "not a directory",
    help: "check the path, or choose another with `--store DIR`",
  },
  "tree-lost": {
    code: "tree-lost",
    says: "the store lost what was in use",
    help: "run the command again, which makes anew what is missing; let nothing but `gantry store gc` empty the store",
  },
  EIO: {
    code: "disk-failed",
    says: "the disk could not be read or written",
    help: "look whether it is full, or broken: df -h; dmesg",
  },
  ENAMETOOLONG: {
    code: "name-too-long",
    says: "the name is too long for the file system",
    help: "let what chooses the name choose a shorter one",
  },
  EMFILE: { code: "too-many-files", says: "too many open files", help: "raise the limit with `ulimit -n`" },
};

/**
 * What the operating system refused, or took from the store, as a diagnostic; undefined for an exception that is not its doing, which
 * is a bug and stays one. Called once, where a command begins, so that the code beneath need not think of it; and where the store
 * has nothing to do with it.
 *
 * @param help what to do. Default: what helps where the store is in the way
 */
export function systemError(
  thrown: unknown,
  during: string,
  help?: readonly string[],
): Diagnostic | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  const code = sqliteCode(thrown) ?? String(thrown.code);
  const remedy = remedies[code];
  if (!remedy) return undefined;
  const path = pathOf(thrown);
  return diagnostic(remedy.code, `${during} failed: ${remedy.says}${path ? `: \`${path}\`` : ""}`, {
    help: help ?? [remedy.help],
    causes: [thrown.message],
  });
}

/** Of two, the one that is written to: what cannot be read is another failure (ENOENT). */
function pathOf(thrown: Error): string | undefined {
  if ("dest" in thrown && typeof thrown.dest === "string") return thrown.dest;
  return "path" in thrown && typeof thrown.path === "string" ? thrown.path : undefined;
}

/** SQLite's primary result codes (sqlite.org/rescode.html) that mean what one of the system's means. */
const sqliteCodes: Readonly<Record<number, string>> = {
  3: "EACCES",
  8: "EACCES",
  10: "EIO",
  13: "ENOSPC",
  14: "EACCES",
};

function sqliteCode(thrown: Error): string | undefined {
  return "errcode" in thrown && typeof thrown.errcode === "number"
    ? sqliteCodes[thrown.errcode & 0xff]
    : undefined;
}
