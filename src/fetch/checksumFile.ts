import { readFileSync } from "node:fs";
import { canonical, type Digest, digestOf, isRecord } from "../base/digest.ts";
import type { Result } from "../base/result.ts";
import type { Store, TreeContents, TreeFile } from "../store/store.ts";

/**
 * The file that makes a directory a package of a directory source, by which Cargo knows it for the one that the lock
 * pins (The Cargo Book, "Source Replacement").
 */
export const checksumFile = ".cargo-checksum.json";

/**
 * Whether vendoring leaves out a file of a crate: those about git would change what git does with a vendor directory
 * that is committed, and `.cargo-ok` at the top is taken for the mark that Cargo leaves in what it unpacked
 * (`cargo vendor` 1.95).
 */
export function isLeftOutByVendoring(path: string): boolean {
  return path === ".cargo-ok" || /(?:^|\/)\.git(?:attributes|ignore)$/.test(path);
}

type Checksums = {
  /** SHA-256 of the `.crate` file, as in the lock; null for a package that has none there, as those from git. */
  readonly package: string | null;
  /** SHA-256 of files by their paths. Cargo refuses a listed file that has another, and lets others be edited (1.95). */
  readonly files: Readonly<Record<string, string>>;
};

/** The text of a checksum file. */
export function checksumText({ files, package: checksum }: Checksums): string {
  return canonical({ files, package: checksum });
}

/** What the checksum file in a directory says; undefined for a directory that is no package, or a damaged one. */
export function readChecksums(directory: string): Checksums | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(`${directory}/${checksumFile}`, "utf8"));
    if (!isRecord(read) || !isRecord(read.files)) return undefined;
    const { package: checksum } = read;
    if (typeof checksum !== "string" && checksum !== null) return undefined;
    const files = Object.entries(read.files).map(([file, sum]) => [file, String(sum)]);
    return { package: checksum, files: Object.fromEntries(files) };
  } catch {
    return undefined;
  }
}

/** A package as the store is to have it. A checksum file among the files is replaced. */
export type SourcePackage = {
  readonly files: readonly TreeFile[];
  /** Undefined for a package without one in the lock. */
  readonly checksum: string | undefined;
  /** Where the content of a file is found; see `Store.compose`. */
  readonly origin: Parameters<Store["compose"]>[1];
};

/**
 * Puts a package of a directory source into the store. Its checksum file lists no files: the store guards their content,
 * and hooks may patch them.
 *
 * Errors: `source-changed`.
 */
export function composePackage(
  store: Store,
  { files, checksum, origin }: SourcePackage,
): Promise<Result<Digest>> {
  const text = checksumText({ files: {}, package: checksum ?? null });
  const own: TreeFile = { type: "file", path: checksumFile, digest: digestOf(text), executable: false };
  const others = files.filter(({ path }) => path !== checksumFile);
  return store.compose([...others, own], (file) =>
    file.path === checksumFile ? Buffer.from(text) : origin(file),
  );
}

/** The same of a package whose files are in memory: see `Store.write`. */
export async function writePackage(
  store: Store,
  { items, buffers }: TreeContents,
  checksum: string,
): Promise<Digest> {
  const text = new Uint8Array(Buffer.from(checksumText({ files: {}, package: checksum })));
  const parts = [[buffers.length, 0, text.length] as const];
  const others = items.filter(({ path }) => path !== checksumFile);
  const { digest } = await store.write({
    items: [...others, { type: "file", path: checksumFile, executable: false, parts }],
    buffers: [...buffers, text],
  });
  return digest;
}
