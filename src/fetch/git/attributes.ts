import { ok, type Result } from "../../base/result.ts";
import { type GitRun, runGit } from "./repository.ts";
import { type CommitEntry, unreadable } from "./writeCommit.ts";

/** What `.gitattributes` changes of a file when it is checked out. */
type Conversion = {
  /** Whether lines shall end with CRLF; `auto`: unless the content looks binary, or has a CR. */
  readonly crlf: "always" | "auto" | undefined;
  /** Whether the blob's name goes to where the file has `$Id$`. */
  readonly ident: boolean;
};

type Conversions = ReadonlyMap<string, Conversion>;

/**
 * The conversions that a commit's own `.gitattributes` ask for, by path. Of all that git has, Cargo applies two (1.95, by
 * libgit2): `eol=crlf` and `ident`. Filters (LFS), encodings and the attributes of the user are none of them. A pattern in
 * quotes, which libgit2 does not know, counts here as it does for git.
 *
 * Errors: `git-failed`.
 *
 * @param index where a file may be written, which is of no use afterwards
 */
export async function conversionsOf(
  entries: readonly CommitEntry[],
  { commit, index }: { readonly commit: string; readonly index: string },
  run: GitRun,
): Promise<Result<Conversions>> {
  if (!entries.some(({ path }) => /(?:^|\/)\.gitattributes$/.test(path))) return ok(new Map());
  const indexed = { ...run, index };
  const read = await runGit(["read-tree", commit], indexed);
  if (!read.ok) return unreadable(commit, read.stderr);
  const files = entries.filter(({ type }) => type === "file" || type === "executable");
  const asked = await runGit(
    ["-c", "core.attributesFile=/dev/null", "check-attr", "--cached", "--stdin", "-z", ...attributes],
    { ...indexed, input: files.map(({ path }) => `${path}\0`).join("") },
  );
  if (!asked.ok) return unreadable(commit, asked.stderr);
  const words = asked.stdout.toString().split("\0");
  const conversions = new Map<string, Conversion>();
  for (let at = 0; at + 3 * attributes.length <= words.length; at += 3 * attributes.length) {
    const [text, old, eol, ident] = attributes.map((_, index) => words[at + 3 * index + 2]);
    const isText = decided.has(text ?? "") ? text : old;
    const crlf = eol !== "crlf" || isText === "unset" ? undefined : isText === "auto" ? "auto" : "always";
    if (crlf || ident === "set") conversions.set(words[at] ?? "", { crlf, ident: ident === "set" });
  }
  return ok(conversions);
}

const attributes = ["text", "crlf", "eol", "ident"];

/** Values of `text` beside which its old name, `crlf`, does not count. */
const decided: ReadonlySet<string> = new Set(["set", "unset", "auto", "input"]);

/**
 * The content of a file as Cargo checks it out.
 *
 * @param id the blob's name
 */
export function converted(bytes: Buffer, { crlf, ident }: Conversion, id: string): Buffer {
  const named = ident ? withIdent(bytes, id) : bytes;
  return crlf === undefined ? named : withCrlf(named, crlf);
}

/** Cargo writes the first place alone, git every one of them. */
function withIdent(bytes: Buffer, id: string): Buffer {
  const start = bytes.indexOf("$Id");
  const end = start === -1 ? -1 : bytes.indexOf("$", start + 3);
  if (end === -1 || looksBinary(bytes)) return bytes;
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(`$Id: ${id} $`), bytes.subarray(end + 1)]);
}

function withCrlf(bytes: Buffer, crlf: "always" | "auto"): Buffer {
  if (crlf === "auto" && (bytes.includes("\r") || looksBinary(bytes))) return bytes;
  // One character a byte, and back.
  return Buffer.from(bytes.toString("latin1").replace(/(?<!\r)\n/g, "\r\n"), "latin1");
}

/** As libgit2 has it: a zero byte, or one control character in 128 others. */
function looksBinary(bytes: Buffer): boolean {
  let [printable, control] = [0, 0];
  for (const byte of bytes) {
    if (byte === 0) return true;
    if ((byte > 0x1f && byte !== 0x7f) || harmless.has(byte)) printable++;
    else if (byte !== 0x0a && byte !== 0x0d) control++;
  }
  return printable >> 7 < control;
}

/** Backspace, tab, form feed and escape. */
const harmless: ReadonlySet<number> = new Set([0x08, 0x09, 0x0c, 0x1b]);
