import { readFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "./diagnostic.ts";
import { isInside, shortPath } from "./paths.ts";

/** The place that another can be taken for, with the option that says it. */
type Choice = { readonly what: string; readonly option: string };

type Remedy = {
  readonly code: string;
  readonly says: string;
  readonly help: string | ((or: (text: (choice: Choice) => string) => string) => string);
};

const remedies: Readonly<Record<string, Remedy>> = {
  ENOSPC: {
    code: "disk-full",
    says: "no space left on the device",
    help: (or) =>
      `free some space, for example with \`gantry store gc\`${or(({ option }) => `, or choose another place with \`${option}\``)}`,
  },
  EDQUOT: {
    code: "disk-full",
    says: "the disk quota is used up",
    help: (or) =>
      `free some space, for example with \`gantry store gc\`${or(({ option }) => `, or choose another place with \`${option}\``)}`,
  },
  EACCES: {
    code: "not-permitted",
    says: "permission denied",
    help: (or) =>
      `make the path writable for you${or(({ what, option }) => `, or choose another ${what} with \`${option}\``)}`,
  },
  EPERM: {
    code: "not-permitted",
    says: "operation not permitted",
    help: (or) =>
      `make the path writable for you${or(({ what, option }) => `, or choose another ${what} with \`${option}\``)}`,
  },
  EROFS: {
    code: "not-permitted",
    says: "the file system is read-only",
    help: (or) =>
      or(({ what, option }) => `choose another ${what} with \`${option}\``) ||
      "act where it is writable, such as in a copy of the project",
  },
  ENOTDIR: {
    code: "not-a-directory",
    says: "not a directory",
    help: (or) => `check the path${or(({ option }) => `, or choose another with \`${option}\``)}`,
  },
  "tree-lost": {
    code: "tree-lost",
    says: "the store lost what was in use",
    help: "run the command again, which makes anew what is missing; let nothing but `gantry store gc` empty the store",
  },
  "program-killed": {
    code: "program-killed",
    says: "a program that it needs was killed",
    help: "run the same command again; the system kills programs where no memory is left: dmesg",
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
  E2BIG: {
    code: "variable-too-long",
    says: "what a program gets of variables and words is too long",
    help: "have what is long in `env` of the configuration in a file, and its path in the variable",
  },
  EFBIG: {
    code: "file-too-large",
    says: "a file may not become as large as is needed",
    help: "run the command where `ulimit -f` says `unlimited`: the limit is inherited, and a new shell may be needed",
  },
  EMFILE: { code: "too-many-files", says: "too many open files", help: "raise the limit with `ulimit -n`" },
};

/**
 * What the operating system refused, or took from the store, as a diagnostic; undefined for an exception that is not its doing, which
 * is a bug and stays one. Called once, where a command begins, so that the code beneath need not think of it; and where the store
 * has nothing to do with it.
 *
 * @param where what is concerned. Default: the store
 */
export function systemError(thrown: unknown, during: string, where: Where = {}): Diagnostic | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  const said = sqliteCode(thrown) ?? String(thrown.code);
  // SQLite says the same of a write that a limit refuses.
  const code = said === "EIO" && isFileLimited() ? "EFBIG" : said;
  const remedy = remedies[code];
  if (!remedy) return undefined;
  const path = pathOf(thrown);
  return diagnostic(
    remedy.code,
    `${during} failed: ${remedy.says}${path ? `: \`${shortPath(path)}\`` : ""}`,
    {
      help: where.help ?? [typeof remedy.help === "string" ? remedy.help : remedy.help(orElse(path, where))],
      causes: [shortMessage(thrown)],
    },
  );
}

/**
 * Refuses what a program said that was killed, by Ctrl-C or for want of memory: it may have had more to say, and what is concluded
 * from it would be remembered.
 *
 * @throws what `systemError` makes a diagnostic of
 */
export function refuseKilled(
  program: string,
  { signal, exitCode = 0 }: { readonly signal?: string | undefined; readonly exitCode?: number | undefined },
): void {
  // A shell says by its status that what it ran was killed.
  if (signal === undefined && exitCode <= 128) return;
  const message = `\`${program}\` was ended by ${signal ?? `signal ${exitCode - 128}`}`;
  throw Object.assign(new Error(message), { code: "program-killed", path: program });
}

/** What the system says, with paths as messages show them. */
export function shortMessage(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const paths = ["path" in thrown && thrown.path, "dest" in thrown && thrown.dest];
  return paths.reduce<string>(
    (text, path) => (typeof path === "string" ? text.replace(path, () => shortPath(path)) : text),
    thrown.message,
  );
}

/** Of a host with two addresses, Node tells of both in one error without a text; of an abort, the reason beneath. */
export function rootCause(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.cause instanceof Error) return rootCause(thrown.cause);
  if (thrown instanceof AggregateError && thrown.message === "")
    return thrown.errors.map(rootCause).join("; ");
  return thrown.message === "aborted" ? "the connection broke off" : thrown.message || thrown.name;
}

type Where = {
  /** What to do. Default: what helps where the path lies. */
  readonly help?: readonly string[] | undefined;
  /** Where the store is; another is named only for what lies there. Default: all does. */
  readonly store?: string;
  /** What else is written to, if another can be chosen. */
  readonly other?: Choice;
};

const theStore: Choice = { what: "store", option: "--store DIR" };

/** What is said of another place; nothing where none can be chosen. A full disk names no path. */
function orElse(path: string | undefined, { store, other }: Where) {
  const isStores = path === undefined ? other === undefined : store === undefined || isInside(path, store);
  const choice = isStores ? theStore : other;
  return (text: (choice: Choice) => string) => (choice === undefined ? "" : text(choice));
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
  const result = sqliteResult(thrown);
  return result === undefined ? undefined : sqliteCodes[result];
}

/** SQLite's primary result code of what Node threw; undefined where that is not of SQLite. */
export function sqliteResult(thrown: unknown): number | undefined {
  const code = thrown instanceof Error && "errcode" in thrown ? thrown.errcode : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** Whether the system bounds how large the files of this process become (`ulimit -f`). */
function isFileLimited(): boolean {
  try {
    return !/^Max file size +unlimited/m.test(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return false;
  }
}
