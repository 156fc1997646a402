import { existsSync, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { byCodeUnit, canonical } from "../../base/canonical.ts";
import { asDigest, type Digest, digestOf } from "../../base/digest.ts";
import type { Memo } from "../../store/store.ts";
import { digestParts } from "./digestParts.ts";

/** Raised when the same files get another digest. */
const format = 1;

type Identifying = {
  readonly memo: Memo;
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
  { memo, signal, onProgress }: Identifying,
): Promise<Digest | undefined> {
  const parts = partsOf(directory, targets);
  const seen = digestOf(canonical([format, parts.map(({ path, stat }) => [path, ...stamp(stat)])]));
  const known = asDigest(memo.get("toolchain", seen) ?? "");
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
  memo.set("toolchain", seen, digest);
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
  if (!existsSync(`${directory}/${path}`)) return [];
  const stat = lstatSync(`${directory}/${path}`);
  if (!stat.isDirectory()) return [{ path, stat }];
  return names(`${directory}/${path}`).flatMap((name) => filesBelow(directory, `${path}/${name}`));
}

function names(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function stamp(stat: Stats): [number, string, string, number] {
  return [stat.size, String(stat.mtimeMs), String(stat.ctimeMs), stat.ino];
}
