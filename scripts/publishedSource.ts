import { mkdir, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { extract } from "tar";
import { crateCache } from "./crateCache.ts";

export type PublishedSource = {
  readonly directory: string;
  /** How many packages the published `Cargo.lock` names, the program itself not counted; 0 without a lock. */
  readonly crates: number;
};

/**
 * Unpacks a published crate, with the `Cargo.lock` that was published with it, into the directory `into`, and
 * downloads the crates of that lock, so that a build afterwards needs no network.
 *
 * Cargo does the downloading, from the registry or mirror that the machine is configured for: `cargo info`
 * (Cargo 1.82 and later) leaves the `.crate` file in Cargo's download cache. One that is there already is
 * used as it is.
 *
 * @example
 * await publishedSource("ripgrep", "15.2.0", "/tmp/ripgrep")
 * @throws if Cargo cannot download it
 */
export async function publishedSource(name: string, version: string, into: string): Promise<PublishedSource> {
  const archive = (await cachedCrate(name, version)) ?? (await downloadCrate(name, version));
  await mkdir(into, { recursive: true });
  await extract({ file: archive, cwd: into, strip: 1 });
  const crates = await lockedCrates(into);
  if (crates > 0) await execa("cargo", ["fetch", "--locked"], { cwd: into });
  return { directory: into, crates };
}

/** How many packages of a registry or of git the `Cargo.lock` in `directory` names; 0 without one. */
export async function lockedCrates(directory: string): Promise<number> {
  const lock = await readFile(join(directory, "Cargo.lock"), "utf8").catch(() => "");
  return lock.match(/^source = /gm)?.length ?? 0;
}

async function downloadCrate(name: string, version: string): Promise<string> {
  // Not in the caller's directory: inside a package, `cargo info` prefers what that package's lock says.
  await execa("cargo", ["info", `${name}@${version}`], { cwd: tmpdir() });
  const archive = await cachedCrate(name, version);
  if (archive === undefined)
    throw new Error(`\`cargo info ${name}@${version}\` left no .crate file in Cargo's cache`);
  return archive;
}

async function cachedCrate(name: string, version: string): Promise<string | undefined> {
  for (const registry of await readdir(crateCache).catch(() => [])) {
    const file = `${name}-${version}.crate`;
    const files = await readdir(join(crateCache, registry));
    if (files.includes(file)) return join(crateCache, registry, file);
  }
  return undefined;
}
