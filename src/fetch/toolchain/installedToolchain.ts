// fetch/toolchain: Rust's toolchains as they are installed on this machine.

import { existsSync, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { basename } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit, canonical, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import type { Records } from "../../store/store.ts";
import { walk } from "../../tree/walk.ts";
import { stopped } from "../progress.ts";
import { findToolchain, hasTarget, hostTriple } from "./findToolchain.ts";

/** A toolchain on this machine, known by what it consists of and not by where it lies. */
export type Toolchain = {
  /** Of the contents of its programs and libraries. */
  readonly digest: Digest;
  readonly directory: string;
  /** `rustc 1.95.0 (59807616e 2026-04-14)`, for messages. */
  readonly version: string;
  /** Parts of it, as paths from `directory`, that are not part of the digest and so must not be seen. */
  readonly hidden: readonly string[];
};

type Context = {
  readonly env: NodeJS.ProcessEnv;
  readonly records: Records;
  readonly signal: AbortSignal;
  /** Told, while a toolchain is read that is not known yet, its name (`1.95.0`), and how far it is, in bytes. */
  readonly onProgress: (name: string, done: number, total: number) => void;
};

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
  const directory = place.value;
  const problem = missingPart(directory, request);
  if (problem) return err(problem);
  const targets = [hostTriple(), ...request.targets.filter((target) => target !== hostTriple())];
  const digest = await identify(directory, targets, context);
  if (!digest) return err(stopped());
  const hidden = readdirSync(`${directory}/lib/rustlib`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !targets.includes(entry.name))
    .map((entry) => `lib/rustlib/${entry.name}`);
  return ok({ digest, directory, version: await versionOf(directory, digest, context.records), hidden });
}

function missingPart(directory: string, request: ToolchainRequest) {
  const name = directory.split("/").at(-1) ?? directory;
  const component = request.components.find(
    (part) => shownBy[part] && !existsSync(`${directory}/${shownBy[part]}`),
  );
  if (component) {
    return diagnostic("component-missing", `toolchain \`${name}\` has no component \`${component}\``, {
      help: [`rustup component add ${component} --toolchain ${name}`],
    });
  }
  const target = request.targets.find((triple) => !hasTarget(directory, triple));
  if (!target) return undefined;
  return diagnostic("target-missing", `toolchain \`${name}\` has no standard library for \`${target}\``, {
    help: [`rustup target add ${target} --toolchain ${name}`],
  });
}

/** Which file shows that a component is there. Others are taken at their word. */
const shownBy: Readonly<Record<string, string>> = {
  clippy: "bin/cargo-clippy",
  rustfmt: "bin/rustfmt",
  "rust-src": "lib/rustlib/src/rust/library",
};

type Part = { readonly path: string; readonly stat: Stats };

/**
 * The digest of what makes a toolchain what it is: compiler, Cargo, their libraries, and the standard library of
 * `targets`. Documentation, rustup's records and other targets are left out, so that adding one rebuilds nothing.
 *
 * Half a gigabyte is read the first time; afterwards sizes, times and inodes tell that nothing changed. Undefined
 * if the signal stopped the reading.
 */
async function identify(
  directory: string,
  targets: readonly string[],
  { records, signal, onProgress }: Context,
): Promise<Digest | undefined> {
  const parts = partsOf(directory, targets);
  const seen = digestOf(canonical(parts.map(({ path, stat }) => [path, ...stamp(stat)])));
  const before = records.get("toolchain", seen);
  if (before) return before;
  const files = parts.flatMap(({ path, stat }) =>
    stat.isSymbolicLink() ? [] : [{ path: `${directory}/${path}`, size: stat.size }],
  );
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const name = nameOf(directory);
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

/** As rustup's users call it: without this machine's triple. */
function nameOf(directory: string): string {
  return basename(directory).replace(`-${hostTriple()}`, "");
}

async function versionOf(directory: string, digest: string, records: Records): Promise<string> {
  const before = records.get("toolchain-version", digest);
  if (before) return before;
  const { execa } = await import("execa");
  const { stdout } = await execa(`${directory}/bin/rustc`, ["--version"]);
  records.set("toolchain-version", digest, stdout);
  return stdout;
}
