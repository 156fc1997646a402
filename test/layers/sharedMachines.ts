import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { newKey } from "../../src/cache/statement/keys.ts";
import type { EventLine, Ran } from "../rig/gantry.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";
import { unitLine } from "../rig/unitLine.ts";

const crates = [
  publishedCrate("leaf", "", { "src/lib.rs": "pub fn one() -> i32 { 1 }\n" }),
  publishedCrate("scripted", '[dependencies]\nleaf = "1"\n', {
    "build.rs": 'fn main() { println!("cargo::rustc-cfg=two"); }\n',
    "src/lib.rs": "#[cfg(two)]\npub fn two() -> i32 { leaf::one() + 1 }\n",
  }),
];
export const project = tempProject(
  {
    "Cargo.toml": `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\nscripted = "1"\n`,
    "src/lib.rs": "pub fn three() -> i32 {\n    scripted::two() + 1\n}\n",
    "src/main.rs": 'fn main() {\n    println!("{}", app::three());\n}\n',
  },
  { crates },
);
export const base = mkdtempSync(join(tmpdir(), "gantry-shared-"));
export const cache = join(base, "cache");
export const [ci, mallory] = [newKey("ci-1"), newKey("mallory")];
const seed = join(base, "seed");
let stores = 0;

/** Builds with a new store, as a machine of the team does, or with one that is given. */
export async function build({ from = cache, store = freshStore(), env = {} }: Building = {}): Promise<Ran> {
  return project.gantry(["build", "--log-format", "json"], {
    store,
    env: { GANTRY_CACHE: from, GANTRY_CACHE_TRUSTED_KEYS: ci.trusted, ...env },
  });
}

type Building = {
  readonly from?: string;
  readonly store?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * A store in which is what takes long to find out and has nothing to do with a cache: the base system, the toolchain's digest,
 * the observer.
 */
export function freshStore(): string {
  stores += 1;
  const store = join(base, `store-${stores}`);
  execFileSync("cp", ["-al", seed, store]);
  // Trees are never changed, and all else is.
  for (const name of readdirSync(seed).filter((each) => !["trees", "blobs"].includes(each))) {
    rmSync(join(store, name), { recursive: true });
    cpSync(join(seed, name), join(store, name), { recursive: true });
  }
  return store;
}

/** Of a project that has nothing in common with the other one. */
export async function makeSeed(): Promise<void> {
  using other = tempProject({
    "Cargo.toml": '[package]\nname = "other"\nversion = "0.1.0"\nedition = "2024"\n',
    "src/main.rs": "fn main() {}\n",
  });
  other.lock();
  expect(await other.gantry(["build"], { store: seed })).toMatchObject({ status: 0 });
}

/** As a CI does that may write. */
export function fill(into: string, secret: string): Promise<Ran> {
  return build({
    from: into,
    env: { CI: "1", GANTRY_CACHE_SIGN_WITH: secret, GANTRY_CACHE_TRUSTED_KEYS: "" },
  });
}

export async function fillCache(): Promise<void> {
  project.lock();
  await makeSeed();
  const ran = await fill(cache, ci.secret);
  expect(ran.status).toBe(0);
  expect(unitsOf(ran)).toEqual({ compiled: all, fetched: [] });
}

export function removeAll(): void {
  project[Symbol.dispose]();
  rmSync(base, { recursive: true, force: true });
}

const compiledDependencies = [
  "leaf 1.0.0 lib build",
  "scripted 1.0.0 custom-build build",
  "scripted 1.0.0 lib build",
];
// That a build script runs is told by none of Cargo's messages.
export const dependencies = [...compiledDependencies, "scripted 1.0.0 custom-build run-custom-build"].sort();
export const [bin, lib] = ["app 0.1.0 bin build", "app 0.1.0 lib build"];
export const all = [bin, lib, ...compiledDependencies].sort();

export function unitsOf({ events }: Ran) {
  const lines = (wanted: string) =>
    events
      .filter(({ type, status }) => type === "unit" && status === wanted)
      .map((event) => unitLine(nameIn(event)))
      .sort();
  return { compiled: lines("compiled"), fetched: lines("fetched") };
}

function nameIn(event: EventLine) {
  const [name, version, target, mode] = [event.package, event.version, event.target, event.mode].map(String);
  return { package: name ?? "", version: version ?? "", target: target ?? "", mode: mode ?? "" };
}

export function stepsOf({ events }: Ran) {
  return Object.fromEntries(
    events.flatMap(({ type, name, status }) => (type === "step" ? [[name, status]] : [])),
  );
}

export function problemsOf({ events }: Ran): unknown[] {
  return events.flatMap(({ type, message }) => (type === "diagnostic" ? [message] : []));
}

/** What `gantry cache push` says that it did, with the store of who built. */
export async function push(store: string, into: string, ...words: string[]): Promise<string | undefined> {
  const env = { GANTRY_CACHE: into, GANTRY_CACHE_SIGN_WITH: ci.secret };
  const { err } = await project.gantry(["cache", "push", ...words], { store, env });
  return /^note: (sent .*)$/m.exec(err)?.[1];
}

/** A copy of the cache in which somebody changed files. */
export function copyOf(name: string, change: (file: string, bytes: Buffer) => Buffer): string {
  const copy = join(base, name);
  cpSync(cache, copy, { recursive: true });
  for (const file of filesIn(copy)) writeFileSync(file, change(file, readFileSync(file)));
  return copy;
}

export function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
}
