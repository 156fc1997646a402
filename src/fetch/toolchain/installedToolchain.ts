// fetch/toolchain: Rust's toolchains as they are installed on this machine.

import { existsSync, lstatSync, readdirSync, readlinkSync, type Stats, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit, canonical, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import type { Records } from "../../store/store.ts";
import { isImage, textOf } from "../../tree/files.ts";
import { walk } from "../../tree/walk.ts";
import { stopped } from "../progress.ts";
import { allTargets, findToolchain, hasTarget, hostTriple } from "./findToolchain.ts";

/** A toolchain on this machine, known by what it consists of and not by where it lies. */
export type Toolchain = {
  /** Of the contents of its programs and libraries. */
  readonly digest: Digest;
  /** The same without the platforms that the step compiles for: see `ToolchainRequest.platforms`. */
  readonly ofHost: Digest;
  readonly directory: string;
  /** `rustc 1.95.0 (59807616e 2026-04-14)`, for messages. */
  readonly version: string;
  /** What the digest is of, as paths of files and directories from `directory`: nothing else of it must be seen. */
  readonly parts: readonly string[];
  /** Whether it is the one that the digest is of: it may be replaced at any time. */
  readonly isUnchanged: () => Promise<boolean>;
};

type ReadingContext = {
  readonly records: Records;
  readonly signal: AbortSignal;
  /** Told, while a toolchain is read that is not known yet, its name (`1.95.0`), and how far it is, in bytes. */
  readonly onProgress: (name: string, done: number, total: number) => void;
};

type Context = ReadingContext & { readonly env: NodeJS.ProcessEnv };

/**
 * The installed toolchain that a request means, with its digest.
 *
 * Errors: `toolchain-missing`; `component-missing` and `target-missing`, with the rustup command that adds them;
 * `interrupted`.
 */
export async function installedToolchain(
  request: ToolchainRequest,
  context: Context,
): Promise<Result<Toolchain>> {
  const place = findToolchain(request, context.env);
  if (!place.ok) return place;
  const problem = missingPart(place.value, request);
  if (problem) return err(problem);
  return toolchainIn({ directory: place.value, name: nameOf(place.value) }, request, context);
}

/**
 * The toolchain in a directory, with its digest. `name` is what people call it: in the store, directories are called by digests.
 *
 * Errors: `interrupted`; `toolchain-broken`.
 */
export async function toolchainIn(
  { directory, name }: { readonly directory: string; readonly name: string },
  request: ToolchainRequest,
  context: ReadingContext,
): Promise<Result<Toolchain>> {
  const own = [...new Set([hostTriple(), ...request.targets])];
  const platforms = (request.platforms ?? []).filter((triple) => !own.includes(triple)).sort();
  const paths = [
    partsOf(directory, own, request),
    ...platforms.map((triple) => presentIn(directory, [libraryOf(triple)])),
  ];
  const listed = () => paths.map((parts) => filesOf(directory, parts));
  const identifyAll = async (): Promise<readonly Digest[] | undefined> => {
    const digests: Digest[] = [];
    for (const parts of paths) {
      const digest = await identify(directory, () => filesOf(directory, parts), { ...context, name });
      if (!digest) return undefined;
      digests.push(digest);
    }
    return digests;
  };
  const started = Date.now();
  const before = listed();
  const seen = before.map(stampOf).join();
  const tells = before.every((files) => isSettled(files, started));
  const digests = await identifyAll();
  if (!digests) return err(stopped());
  const [ofHost = digestOf(""), ...others] = digests;
  const version = await versionOf({ directory, name }, ofHost, context.records);
  if (!version.ok) return version;
  return ok({
    digest: others.length === 0 ? ofHost : digestOf(canonical([...digests])),
    ofHost,
    directory,
    version: version.value,
    parts: paths.flat(),
    async isUnchanged() {
      if (tells && listed().map(stampOf).join() === seen) return true;
      // Whoever makes a hard link to a file, as backups do, changes one of its times.
      return (await identifyAll())?.join() === digests.join();
    },
  });
}

/** `component-missing` or `target-missing`: what of a request a toolchain does not have; undefined where it has all. */
export function missingPart(directory: string, request: ToolchainRequest): Diagnostic | undefined {
  const name = nameOf(directory);
  const component = componentsOf(request).find((part) => !hasComponent(directory, part));
  if (component) {
    return diagnostic("component-missing", `toolchain \`${name}\` has no component \`${component}\``, {
      help: [adding(directory, `rustup component add ${component}`)],
    });
  }
  const target = allTargets(request).find((triple) => !hasTarget(directory, triple));
  if (!target) return undefined;
  return diagnostic("target-missing", `toolchain \`${name}\` has no standard library for \`${target}\``, {
    help: [adding(directory, `rustup target add ${target}`)],
  });
}

/** Rustup adds nothing to what it did not install itself. */
function adding(directory: string, command: string): string {
  return basename(dirname(directory)) === "toolchains" && existsSync(releaseFile(directory))
    ? `${command} --toolchain ${nameOf(directory)}`
    : `\`${directory}\` is none of rustup's, and has to have it as it was built or unpacked`;
}

/** The components that a request names, and those that it needs besides. */
export function componentsOf({ components, sources }: ToolchainRequest): readonly string[] {
  return sources && !components.includes("rust-src") ? [...components, "rust-src"] : components;
}

/** Whether a component is there, or no build would see it. */
function hasComponent(directory: string, component: string): boolean {
  const listed = textOf(`${directory}/lib/rustlib/components`)?.split("\n");
  const plain = component.replace(`-${hostTriple()}`, "").replace("-preview", "");
  const file = shownBy[plain];
  // What was not installed by rustup has no list.
  if (listed === undefined) return file === undefined || existsSync(`${directory}/${file}`);
  const names = [component, plain, `${plain}-preview`].flatMap((name) => [name, `${name}-${hostTriple()}`]);
  return unseen.has(plain) || names.some((name) => listed.includes(name));
}

/** Components that lie in no part of a toolchain that builds are shown. */
const unseen: ReadonlySet<string> = new Set([
  ...["rls", "rust-analysis", "rust-analyzer", "rust-docs", "rust-docs-json", "rustc-docs"],
]);

/** Which file shows that a component is there. Others are taken at their word. */
const shownBy: Readonly<Record<string, string>> = {
  clippy: "bin/cargo-clippy",
  "llvm-tools": `lib/rustlib/${hostTriple()}/bin/llvm-cov`,
  rustfmt: "bin/rustfmt",
  "rust-src": "lib/rustlib/src/rust/library",
};

type File = { readonly path: string; readonly stat: Stats };

/**
 * The digest of what makes a toolchain what it is, see `partsOf`.
 *
 * Half a gigabyte is read the first time; afterwards sizes, times and inodes tell that nothing changed: of one that was replaced
 * while it was read, and may be put back, they tell nothing, nor of one that had just been changed. In an image of a file system
 * they tell something as long as the process lasts. Undefined if the signal stopped the reading.
 */
async function identify(
  directory: string,
  list: () => readonly File[],
  { records, signal, onProgress, name }: ReadingContext & { readonly name: string },
): Promise<Digest | undefined> {
  const started = Date.now();
  const parts = list();
  const seen = stampOf(parts);
  const inImage = isImage(directory) ? memoryOf(records) : undefined;
  const before = inImage ? inImage.get(seen) : records.get("toolchain", seen);
  if (before) return before;
  const files = parts.flatMap(({ path, stat }) =>
    stat.isSymbolicLink() ? [] : [{ path: `${directory}/${path}`, size: stat.size }],
  );
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let done = 0;
  onProgress(name, 0, total);
  const { digestParts } = await import("./digestParts.ts");
  const digests = await digestParts(files, signal, (bytes) => {
    done += bytes;
    onProgress(name, done, total);
  });
  if (!digests) return undefined;
  const contents = parts.map(({ path, stat }) => {
    const at = `${directory}/${path}`;
    return [path, stat.isSymbolicLink() ? readlinkSync(at) : (digests.get(at) ?? "")];
  });
  const digest = digestOf(canonical(contents));
  if (stampOf(list()) !== seen || !isSettled(parts, started)) return digest;
  if (inImage) inImage.set(seen, digest);
  else records.set("toolchain", seen, digest);
  return digest;
}

/** What is known of the toolchains in images, by stamps: another image may have the same. */
function memoryOf(records: Records): Map<Digest, Digest> {
  const memory = memories.get(records) ?? new Map<Digest, Digest>();
  memories.set(records, memory);
  return memory;
}

const memories = new WeakMap<Records, Map<Digest, Digest>>();

/**
 * Whether files had been left alone for 2 s at a time in milliseconds since the epoch: within a tick of the file system's clock,
 * what is built in place may change again, and look the same.
 */
function isSettled(files: readonly File[], at: number): boolean {
  return files.every(({ stat }) => stat.ctimeMs < at - 2000);
}

/**
 * The parts of a toolchain that make it what it is: compiler, Cargo, their libraries, and the standard library of
 * `targets`. Documentation, rustup's records, other targets, and what `unaskedFiles` says are left out, so that adding
 * one rebuilds nothing.
 */
function partsOf(directory: string, targets: readonly string[], request: ToolchainRequest): string[] {
  const libraries = names(`${directory}/lib`).filter((name) => name !== "rustlib");
  const paths = [
    ...programs.map((name) => `bin/${name}`),
    ...libraries.map((name) => `lib/${name}`),
    ...targets.map(libraryOf),
    "libexec",
  ];
  const hidden = unaskedFiles(directory, request);
  return presentIn(directory, paths).flatMap((path) => without(hidden, directory, path));
}

/**
 * The files of components that lie beside the standard library, and that nobody asked for: `cargo llvm-cov` adds `llvm-tools` to
 * the toolchain that it finds, and that shall rebuild nothing.
 */
function unaskedFiles(directory: string, request: ToolchainRequest): readonly string[] {
  return ["llvm-tools", "rustc-dev", "rustc-codegen-cranelift"].flatMap((name) => {
    if (componentsOf(request).some((each) => each === name || each.startsWith(`${name}-`))) return [];
    const lists = [name, `${name}-preview`].map((each) => `lib/rustlib/manifest-${each}-${hostTriple()}`);
    const listed = lists.flatMap((list) => textOf(`${directory}/${list}`)?.split("\n") ?? []);
    return listed.flatMap((line) => /^(?:file|dir):(.+)$/.exec(line)?.[1] ?? []);
  });
}

/** A part, or what it consists of where some of it is hidden. */
function without(hidden: readonly string[], directory: string, path: string): string[] {
  if (hidden.includes(path)) return [];
  if (!hidden.some((each) => each.startsWith(`${path}/`))) return [path];
  const inside = names(`${directory}/${path}`).sort(byCodeUnit);
  return inside.flatMap((name) => without(hidden, directory, `${path}/${name}`));
}

function libraryOf(target: string): string {
  return `lib/rustlib/${target}`;
}

function presentIn(directory: string, paths: readonly string[]): string[] {
  return paths.filter((path) => existsSync(`${directory}/${path}`));
}

const programs = [
  ...["cargo", "cargo-clippy", "cargo-fmt", "cargo-miri", "clippy-driver", "miri"],
  ...["rustc", "rustdoc", "rustfmt"],
];

function filesOf(directory: string, parts: readonly string[]): File[] {
  return parts.flatMap((path) => filesBelow(directory, path)).sort((a, b) => byCodeUnit(a.path, b.path));
}

/** A link counts as the file that it leads to, which is what a build sees, wherever that lies. */
function filesBelow(directory: string, path: string): File[] {
  const at = `${directory}/${path}`;
  const stat = statSync(at, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat ? [{ path, stat }] : [];
  return [...walk(at)].flatMap((file) => {
    const linked = file.type === "file" || file.type === "symlink";
    const found = linked ? statSync(`${at}/${file.path}`, { throwIfNoEntry: false }) : undefined;
    if (!found) return [];
    return [
      { path: `${path}/${file.path}`, stat: found.isDirectory() ? lstatSync(`${at}/${file.path}`) : found },
    ];
  });
}

function names(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function stampOf(files: readonly File[]): Digest {
  return digestOf(canonical(files.map(({ path, stat }) => [path, ...stamp(stat)])));
}

function stamp(stat: Stats): [number, string, string, number] {
  return [stat.size, String(stat.mtimeMs), String(stat.ctimeMs), stat.ino];
}

/** As rustup's users call it: without this machine's triple. */
export function nameOf(directory: string): string {
  return basename(directory).replace(`-${hostTriple()}`, "");
}

async function versionOf(
  { directory, name }: { readonly directory: string; readonly name: string },
  digest: string,
  records: Records,
): Promise<Result<string>> {
  const before = records.get("toolchain-version", digest);
  if (before) return ok(before);
  const { execa } = await import("execa");
  const { failed, stdout, stderr, originalMessage } = await execa(`${directory}/bin/rustc`, ["--version"], {
    reject: false,
  });
  if (failed) return err(broken(directory, name, stderr.trim() || (originalMessage ?? "")));
  records.set("toolchain-version", digest, stdout);
  return ok(stdout);
}

/** The system calls a program missing, too, whose dynamic loader it lacks. */
function broken(directory: string, name: string, cause: string) {
  return diagnostic("toolchain-broken", `the compiler of toolchain \`${name}\` does not run`, {
    causes: cause === "" ? [] : [cause],
    notes: [
      `it is \`${directory}/bin/rustc\`, for ${hostTriple()}: it needs glibc, which Alpine, for example, has not`,
    ],
    help: [`\`${directory}/bin/rustc --version\` shows it; install that toolchain anew if it was damaged`],
  });
}

/** The release that a toolchain of rustup's is of, as its manifest calls the compiler; empty where none is known. */
export function installedRelease(directory: string): string {
  return releaseIn(textOf(releaseFile(directory)));
}

/** Whether a toolchain of rustup's is of the release of that day and that compiler. */
export function isInstalledRelease(
  directory: string,
  { date, release }: { readonly date: string; readonly release: string },
): boolean {
  const text = textOf(releaseFile(directory));
  return releaseIn(text) === release && /^date = "(.*)"$/m.exec(text ?? "")?.[1] === date;
}

function releaseIn(manifest = ""): string {
  return /^\[pkg\.rustc\]\nversion = "(.*)"$/m.exec(manifest)?.[1] ?? "";
}

/** Where rustup notes the manifest of the release that a toolchain is of. */
export function releaseFile(directory: string): string {
  return `${directory}/lib/rustlib/multirust-channel-manifest.toml`;
}
