import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { err, ok, type Result } from "../../base/result.ts";
import { followLinks } from "../../tree/links.ts";

/** A file or link of a crate, by its path below the crate's directory. Directories follow from the paths. */
export type CrateEntry =
  | { readonly type: "file"; readonly bytes: Buffer; readonly executable: boolean }
  | { readonly type: "symlink"; readonly target: string };

export type CrateEntries = ReadonlyMap<string, CrateEntry>;

/**
 * Reads the archive of a crate (already gunzipped) in memory: nothing is written, whatever it holds. The last of
 * two entries with one path counts, as when unpacking. Hard links become files of their own; `.cargo-ok`, the
 * mark of Cargo's own unpacking, is left out, as Cargo does.
 *
 * Errors: a phrase that says what is wrong with the archive, for instance an entry outside `<stem>/`.
 */
export function readCrate(archive: Buffer, stem: string): Result<CrateEntries, string> {
  const entries = new Map<string, CrateEntry>();
  const problems: string[] = [];
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      const problem = take(entry, stem, entries);
      if (problem !== undefined) problems.push(problem);
      entry.resume();
    },
  });
  parser.on("error", (error: Error) => problems.push(`not a whole tar archive: ${error.message}`));
  parser.end(archive);
  problems.push(...misplaced(entries));
  if (problems.length === 0 && !entries.has("Cargo.toml")) problems.push("no `Cargo.toml` in it");
  return problems[0] === undefined ? ok(entries) : err(problems[0]);
}

function take(entry: ReadEntry, stem: string, entries: Map<string, CrateEntry>): string | undefined {
  const path = crateEntryPath(entry.path, stem);
  if (path === undefined) return `entry \`${entry.path}\` lies outside \`${stem}/\``;
  if (entry.type === "Directory" || entry.type === "GNUDumpDir") return undefined;
  if (path === "") return `entry \`${entry.path}\` is no directory`;
  if (path.split("/").at(-1) === ".cargo-ok") return undefined;
  switch (entry.type) {
    case "File":
    case "OldFile":
    case "ContiguousFile": {
      const chunks: Buffer[] = [];
      const executable = ((entry.mode ?? 0) & 0o100) !== 0;
      entry.on("data", (chunk: Buffer) => chunks.push(chunk));
      entry.on("end", () => entries.set(path, { type: "file", bytes: joined(chunks), executable }));
      return undefined;
    }
    case "SymbolicLink":
      entries.set(path, { type: "symlink", target: entry.linkpath ?? "" });
      return undefined;
    case "Link": {
      const target = entries.get(crateEntryPath(entry.linkpath ?? "", stem) ?? "");
      if (target?.type !== "file")
        return `entry \`${entry.path}\` is a hard link to \`${entry.linkpath}\`, which is no file of the crate`;
      entries.set(path, target);
      return undefined;
    }
    default:
      return `entry \`${entry.path}\` is no file, directory or link (${entry.type})`;
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** Entries that would be written through a link or a file, and links that lead out. */
function misplaced(entries: CrateEntries): string[] {
  const links = new Map<string, string>();
  for (const [path, entry] of entries) if (entry.type === "symlink") links.set(path, entry.target);
  const problems: string[] = [];
  for (const [path] of entries) {
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const parent = path.slice(0, slash);
      if (entries.has(parent))
        problems.push(`entry \`${path}\` lies below \`${parent}\`, which is no directory`);
    }
  }
  for (const [path, target] of links) {
    if (followLinks(links, path) === undefined)
      problems.push(`link \`${path}\` leads out of the crate, to \`${target}\``);
  }
  return problems;
}

/**
 * The path of an archive's entry below the crate's own directory `stem`; `""` for that directory itself;
 * undefined where the entry would land anywhere else (absolute, `..`, another directory).
 */
function crateEntryPath(path: string, stem: string): string | undefined {
  if (path.startsWith("/") || path.includes("\0")) return undefined;
  const [first, ...rest] = path.split("/");
  if (first !== stem) return undefined;
  const parts = rest.filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? undefined : parts.join("/");
}

const mebibyte = 1024 * 1024;

/**
 * The archive in a `.crate` file, unpacked in one call on the thread pool.
 *
 * A crate may grow to 512 MiB or 20 times its size, whichever is more, as Cargo allows (1.95).
 *
 * @throws what zlib says of bytes that are no gzip, cut off, or too large
 */
export async function gunzipCrate(bytes: Buffer): Promise<Buffer<ArrayBuffer>> {
  return promisify(gunzip)(bytes, sizes(bytes));
}

/** The same on the thread that calls, for one that has nothing else to do. */
export function gunzipCrateSync(bytes: Buffer): Buffer {
  return gunzipSync(bytes, sizes(bytes));
}

function sizes(bytes: Buffer) {
  const limit = Math.max(512 * mebibyte, bytes.length * 20);
  // gzip ends with the size of its content modulo 2^32: with a buffer of that size zlib needs not grow it.
  const announced = bytes.length >= 18 ? bytes.readUInt32LE(bytes.length - 4) : 0;
  const chunkSize = Math.min(Math.max(announced + 1, 64 * 1024), 64 * mebibyte);
  return { chunkSize, maxOutputLength: limit };
}
