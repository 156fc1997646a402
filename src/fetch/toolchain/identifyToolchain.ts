import { existsSync, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { byCodeUnit, canonical } from "../../base/canonical.ts";
import { inParallel } from "../../base/concurrency.ts";
import { type Digest, digestAside, digestOf } from "../../base/digest.ts";
import type { Records } from "../../store/store.ts";
import { walk } from "../../tree/walk.ts";

type Identifying = {
  readonly records: Records;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
};

type Part = { readonly path: string; readonly stat: Stats };

/**
 * The digest of what makes a toolchain what it is: compiler, Cargo, their libraries, and the standard library of
 * `targets`. Documentation, rustup's records and other targets are left out, so that adding one rebuilds nothing.
 *
 * Half a gigabyte is read the first time; afterwards sizes, times and inodes tell that nothing changed. Undefined
 * if the signal stopped the reading.
 */
export async function identifyToolchain(
  directory: string,
  targets: readonly string[],
  { records, signal, onProgress }: Identifying,
): Promise<Digest | undefined> {
  const parts = partsOf(directory, targets);
  const seen = digestOf(canonical(parts.map(({ path, stat }) => [path, ...stamp(stat)])));
  const known = records.get("toolchain", seen);
  if (known) return known;
  const files = parts.flatMap(({ path, stat }) =>
    stat.isSymbolicLink() ? [] : [{ path: `${directory}/${path}`, size: stat.size }],
  );
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let done = 0;
  onProgress(0, total);
  const digests = await digestParts(files, signal, (bytes) => {
    done += bytes;
    onProgress(done, total);
  });
  if (!digests) return undefined;
  const contents = parts.map(({ path, stat }) => {
    const at = `${directory}/${path}`;
    return [path, stat.isSymbolicLink() ? readlinkSync(at) : (digests.get(at) ?? "")];
  });
  const digest = digestOf(canonical(contents));
  records.set("toolchain", seen, digest);
  return digest;
}

function partsOf(directory: string, targets: readonly string[]): Part[] {
  const libraries = names(`${directory}/lib`).filter((name) => name !== "rustlib");
  const paths = [
    ...["cargo", "cargo-clippy", "cargo-fmt", "clippy-driver", "rustc", "rustdoc", "rustfmt"].map(
      (name) => `bin/${name}`,
    ),
    ...libraries.map((name) => `lib/${name}`),
    ...targets.map((target) => `lib/rustlib/${target}`),
    "libexec",
  ];
  return paths.flatMap((path) => filesBelow(directory, path)).sort((a, b) => byCodeUnit(a.path, b.path));
}

function filesBelow(directory: string, path: string): Part[] {
  const at = `${directory}/${path}`;
  if (!existsSync(at)) return [];
  const stat = lstatSync(at);
  if (!stat.isDirectory()) return [{ path, stat }];
  const files = [...walk(at)].filter(({ type }) => type === "file" || type === "symlink");
  return files
    .filter((file) => existsSync(`${at}/${file.path}`))
    .map((file) => ({ path: `${path}/${file.path}`, stat: lstatSync(`${at}/${file.path}`) }));
}

function names(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function stamp(stat: Stats): [number, string, string, number] {
  return [stat.size, String(stat.mtimeMs), String(stat.ctimeMs), stat.ino];
}

/** Bytes. A few files make up most of a toolchain, so that only their pieces keep several threads busy. */
const pieceSize = 8 * 1024 * 1024;

type Sized = { readonly path: string; readonly size: number };
type Piece = { readonly file: Sized; readonly index: number };

/**
 * The digests of files, by path, several pieces at once: of a file of up to 8 MiB that of its content, of a larger
 * one that of its pieces' digests. Undefined if the signal stopped the reading.
 *
 * @param onRead told the bytes of each piece
 */
export async function digestParts(
  files: readonly Sized[],
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<ReadonlyMap<string, Digest> | undefined> {
  const digests = new Map<string, Digest[]>(files.map(({ path }) => [path, []]));
  const buffers: Buffer<ArrayBuffer>[] = [];
  await inParallel(files.flatMap(piecesOf), availableParallelism() + 1, async ({ file, index }) => {
    if (signal.aborted) return;
    const buffer = buffers.pop() ?? Buffer.allocUnsafeSlow(pieceSize);
    const bytes = await read(file.path, index * pieceSize, buffer);
    const of = digests.get(file.path);
    if (of) of[index] = await digestAside(buffer.subarray(0, bytes));
    buffers.push(buffer);
    onRead(bytes);
  });
  if (signal.aborted) return undefined;
  return new Map([...digests].map(([path, of]) => [path, joined(of)]));
}

function piecesOf(file: Sized): Piece[] {
  const count = Math.max(1, Math.ceil(file.size / pieceSize));
  return Array.from({ length: count }, (_, index) => ({ file, index }));
}

function joined(digests: readonly Digest[]): Digest {
  const [first, ...rest] = digests;
  return first !== undefined && rest.length === 0 ? first : digestOf(digests.join("\n"));
}

/** Fills the buffer from `position` as far as the file goes, and tells how far that is. */
async function read(path: string, position: number, buffer: Buffer): Promise<number> {
  const file: FileHandle = await open(path);
  try {
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  } finally {
    await file.close();
  }
}
