import { type ChildProcess, spawn } from "node:child_process";
import {
  constants as access,
  accessSync,
  copyFileSync,
  createWriteStream,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { PassThrough, Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { Pack } from "tar";
import type { Diagnostic } from "../../../base/diagnostic.ts";
import { byCodeUnit, type Digest } from "../../../base/digest.ts";
import { errorCode } from "../../../base/narrowing.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import type { Store } from "../../../store/store.ts";
import { freeBeside } from "../../../tree/beside.ts";
import { walk } from "../../../tree/walk.ts";
import { stopped } from "../../progress.ts";
import { keptManifest } from "../channelManifest.ts";
import { noXz } from "../extractArchive.ts";
import { hostTriple } from "../findToolchain.ts";
import { releaseFile } from "../installedToolchain.ts";
import { recordsPath } from "../unpackComponent.ts";

/** A toolchain of the store that is to be packed. */
type ToPack = {
  /** What it is called: `1.95.0`, `nightly`. */
  readonly channel: string;
  readonly tree: Digest;
  /** The checksum of its release's manifest. */
  readonly manifest: string;
};

type Packed = {
  readonly channel: string;
  /** By their names: `rustc`, `rust-std-wasm32-wasip1`. */
  readonly components: readonly string[];
  /** Of its files. */
  readonly bytes: number;
};

/** What an archive may be called. */
const archiveNames = /\.tar(\.zst|\.xz)?$/;

/**
 * Packs toolchains into one archive, each as the directory that rustup would have of it (`1.95.0-x86_64-unknown-linux-gnu`), by
 * the ending of the archive's name: `.tar.zst`, `.tar.xz`, `.tar`. The same toolchains give the same bytes of tar.
 *
 * Errors: `xz-missing`, `interrupted`.
 *
 * Until it is whole the archive lies in the store, where the next process removes what a killed one leaves.
 *
 * @throws what the system says of the file; then nothing is left of it
 */
export async function packToolchains(
  toolchains: readonly ToPack[],
  { store, to, signal, onProgress }: Packing,
): Promise<Result<readonly Packed[]>> {
  // Told before the work, and not after it.
  accessSync(dirname(to), access.W_OK);
  await using scratch = await store.tempDir("pack");
  const content = `${scratch.path}/content`;
  mkdirSync(content);
  const packed = toolchains.map((each) => layOut(each, content, store));
  const total = packed.reduce((sum, { bytes }) => sum + bytes, 0);
  const archive = archiveOf(content);
  let done = 0;
  const count = new Transform({
    transform(chunk: Buffer, _, next) {
      done += chunk.length;
      onProgress(Math.min(done, total), total);
      next(undefined, chunk);
    },
  });
  const whole = `${scratch.path}/archive`;
  try {
    const problem = await compress(Readable.from(archive), count, {
      to: whole,
      kind: archiveNames.exec(to)?.[1],
      signal,
    });
    if (problem) return err(problem);
    moveTo(to, whole);
    return ok(packed);
  } finally {
    onProgress(total, total);
  }
}

type Packing = {
  readonly store: Store;
  /** The archive; nothing lies there yet. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** Told how many bytes are packed, and how many there are. */
  readonly onProgress: (done: number, total: number) => void;
};

/** What lies in a directory, as a stream of tar. */
function archiveOf(directory: string): Pack {
  const archive = new Pack({
    cwd: directory,
    portable: true,
    mtime: new Date(1000),
    noDirRecurse: true,
    strict: true,
    // The files are links into the store, where equal ones are one. Shown as links they would become such in the archive, and
    // tar 7.5 stalls where many of them follow one another: each takes a place in its queue, and the one it waits for gets none.
    filter(_, entry) {
      if ("nlink" in entry) entry.nlink = 1;
      return true;
    },
  });
  const paths = [...walk(directory)].map(({ path }) => path);
  for (const path of paths.sort(byCodeUnit)) archive.write(path);
  archive.end();
  return archive;
}

/** In one instant; over a copy, where the store is on another file system. */
function moveTo(to: string, file: string): void {
  try {
    renameSync(file, to);
    return;
  } catch (thrown) {
    if (errorCode(thrown) !== "EXDEV") throw thrown;
  }
  const partial = freeBeside(to);
  try {
    copyFileSync(file, partial);
    renameSync(partial, to);
  } finally {
    rmSync(partial, { force: true });
  }
}

/** With what rustup writes beside, so that it takes it for one that it installed. */
function layOut({ channel, tree, manifest }: ToPack, within: string, store: Store): Packed {
  const directory = `${within}/${channel}-${hostTriple()}`;
  mkdirSync(directory);
  linkTree(store.pathOf(tree), directory);
  const components = readFileSync(`${directory}/${recordsPath}/components`, "utf8").trim().split("\n");
  const tables = components.map((name) => {
    const target = /-([a-z0-9_]+(?:-[a-z0-9_.]+){2,3})$/.exec(name)?.[1];
    const of = target === undefined ? "" : `target = "${target}"\n`;
    const pkg = target === undefined ? name : name.slice(0, -target.length - 1);
    return `\n[[components]]\npkg = "${pkg}"\n${of}is_extension = false\n`;
  });
  writeFileSync(
    `${directory}/${recordsPath}/multirust-config.toml`,
    ['config_version = "1"\n', ...tables].join(""),
  );
  writeFileSync(releaseFile(directory), keptManifest(manifest, store) ?? "");
  const files = [...walk(directory)].filter(({ type }) => type === "file");
  const bytes = files.reduce((sum, { path }) => sum + statSync(`${directory}/${path}`).size, 0);
  return { channel, components: components.map(knownAs), bytes };
}

/** As links to the files of the tree, where the system allows that. */
function linkTree(from: string, to: string): void {
  for (const { path, type } of walk(from)) {
    const [source, place] = [`${from}/${path}`, `${to}/${path}`];
    if (type === "directory") mkdirSync(place, { recursive: true });
    else if (type === "symlink") symlinkSync(readlinkSync(source), place);
    else if (!link(source, place)) copyFileSync(source, place);
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (thrown) {
    // A file has as many links as it may have.
    if (errorCode(thrown) === "EMLINK") return false;
    throw thrown;
  }
}

/** The word that users have for a component: `clippy`, `rust-std-wasm32-wasip1`. */
export function knownAs(component: string): string {
  return component.replace(`-${hostTriple()}`, "").replace(/-preview$/, "");
}

type Compressing = {
  readonly to: string;
  readonly kind: string | undefined;
  readonly signal: AbortSignal;
};

async function compress(
  archive: Readable,
  count: Transform,
  { to, kind, signal }: Compressing,
): Promise<Diagnostic | undefined> {
  try {
    if (kind === ".xz") return await throughXz(archive, count, { to, signal });
    const packed = kind === ".zst" ? zstd() : new PassThrough();
    await pipeline(archive, count, packed, createWriteStream(to), { signal });
    return undefined;
  } catch (thrown) {
    if (signal.aborted) return stopped();
    throw thrown;
  }
}

/** 600 MB take a third of a minute and become 160 MB. `zstd` itself unpacks windows up to 128 MiB without being asked. */
function zstd() {
  return createZstdCompress({
    params: {
      [constants.ZSTD_c_compressionLevel]: 9,
      [constants.ZSTD_c_windowLog]: 27,
      [constants.ZSTD_c_enableLongDistanceMatching]: 1,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
}

/** By two threads on every machine: with one, `xz` makes other bytes. */
async function throughXz(
  archive: Readable,
  count: Transform,
  { to, signal }: { readonly to: string; readonly signal: AbortSignal },
): Promise<Diagnostic | undefined> {
  const xz = spawn("xz", ["-6", "--threads=2", "--stdout"], { signal, stdio: ["pipe", "pipe", "inherit"] });
  if (!(await hasStarted(xz))) return noXz();
  await Promise.all([
    pipeline(archive, count, xz.stdin, { signal }),
    pipeline(xz.stdout, createWriteStream(to), { signal }),
  ]);
  return undefined;
}

async function hasStarted(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false));
  });
}
