import { readFileSync, statSync } from "node:fs";
import { byCodeUnit } from "../base/canonical.ts";
import type { Digest } from "../base/digest.ts";
import { all, ok, type Result } from "../base/result.ts";
import type { Mount } from "../sandbox/world.ts";
import type { Placement, Resolved } from "./resolved.ts";

/** The read-only part of a step's world, and which content lies at which path. */
export type Assembled = {
  /** Parents before what is mounted below them. */
  readonly mounts: readonly Mount[];
  /** The digest of the part (a vendored crate) that a path lies in. */
  readonly contentAt: (path: string) => Digest | undefined;
  /** The text of a file; undefined where there is none. */
  readonly textAt: (path: string) => string | undefined;
};

/** Puts every input on disk and says where it shall appear. */
export async function assembleWorld(
  inputs: ReadonlyMap<string, readonly Resolved[]>,
): Promise<Result<Assembled>> {
  const placed = all(await Promise.all([...inputs].map(([at, resolved]) => placeAll(at, resolved))));
  if (!placed.ok) return placed;
  const parts = placed.value.flat();
  const byPath = new Map<string, string[]>();
  const contents = new Map<string, Digest>();
  for (const part of parts) {
    byPath.set(part.at, [...(byPath.get(part.at) ?? []), part.directory]);
    if (part.digest) contents.set(part.at, part.digest);
  }
  const mounts = [...byPath]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([at, directories]) => mountOf(at, directories));
  return ok({
    mounts,
    contentAt: (path) => contentAt(contents, path),
    textAt: (path) => textAt(byPath, path),
  });
}

async function placeAll(
  at: string,
  inputs: readonly Resolved[],
): Promise<Result<(Placement & { at: string })[]>> {
  const placed = all(await Promise.all(inputs.map((input) => input.place())));
  if (!placed.ok) return placed;
  return ok(placed.value.flat().map((placement) => ({ ...placement, at: at + placement.below })));
}

function mountOf(at: string, directories: readonly string[]): Mount {
  const [first = "", ...more] = directories;
  return { at, kind: "read-only", directories: [first, ...more] };
}

function textAt(byPath: ReadonlyMap<string, readonly string[]>, path: string): string | undefined {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const directories = byPath.get(path.slice(0, end)) ?? [];
    const files = directories.map((directory) => directory + path.slice(end));
    const found = files.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
    if (found !== undefined) return readFileSync(found, "utf8");
  }
  return undefined;
}

/** Walks up from the path, since a crate's root is at most a few directories above any of its files. */
function contentAt(contents: ReadonlyMap<string, Digest>, path: string): Digest | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const digest = contents.get(path.slice(0, end));
    if (digest) return digest;
  }
  return undefined;
}
