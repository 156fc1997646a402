import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { stopped } from "../progress.ts";

/** Where an installed toolchain says of each component which files it has: `manifest-<component>`, as rustup calls it. */
export const recordsPath = "lib/rustlib";

/**
 * Unpacks the archive of a component as an installer would install it, into the directory `into`, together with the list
 * of its files (`lib/rustlib/manifest-<component>`), as rustup has it.
 *
 * An archive of the Rust distribution has one directory, in it `components`, which names directories, and in each of these
 * `manifest.in`, which names what is to be installed of it: `file:bin/rustc`, `dir:share/doc` (`rust-installer-version` 3).
 *
 * Errors: `component-malformed`, `interrupted`.
 *
 * @param name what rustup calls the component: `cargo-x86_64-unknown-linux-gnu`
 * @param scratch an empty directory on the same file system
 */
export async function unpackComponent(
  archive: string,
  { name, into, scratch, signal }: Unpacking,
): Promise<Result<void>> {
  const problem = await extractArchive(archive, scratch, signal);
  if (problem) return err(problem);
  if (lines(`${scratch}/rust-installer-version`)[0] !== "3")
    return err(malformed(archive, "its `rust-installer-version` is not 3"));
  const installed: string[] = [];
  for (const component of lines(`${scratch}/components`)) {
    const listed = `${scratch}/${component}/manifest.in`;
    if (!existsSync(listed)) return err(malformed(archive, `\`${component}/manifest.in\` is not in it`));
    for (const line of lines(listed)) {
      const [, kind, path = ""] = /^(file|dir):(.+)$/.exec(line) ?? [];
      const from = `${scratch}/${component}/${path}`;
      if (kind === undefined || path.split("/").includes("..") || path.startsWith("/"))
        return err(malformed(archive, `\`${component}/manifest.in\` has the line \`${line}\``));
      if (lstatSync(from, { throwIfNoEntry: false }) === undefined)
        return err(malformed(archive, `\`${component}/${path}\` is not in it`));
      mkdirSync(dirname(`${into}/${path}`), { recursive: true });
      renameSync(from, `${into}/${path}`);
      installed.push(`${line}\n`);
    }
  }
  mkdirSync(`${into}/${recordsPath}`, { recursive: true });
  writeFileSync(`${into}/${recordsPath}/manifest-${name}`, installed.join(""));
  chmodSync(into, 0o755);
  return ok();
}

type Unpacking = {
  readonly name: string;
  readonly into: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
};

/**
 * By `xz` itself: releases of 2025 and later want a dictionary of 96 MiB, more than decoders in JavaScript have. Releases
 * before Rust 1.19 are packed with `gzip`, which the reader of archives knows.
 */
async function extractArchive(
  archive: string,
  into: string,
  signal: AbortSignal,
): Promise<Diagnostic | undefined> {
  if (readFirst(archive).equals(gzipMark)) return extractGzip(archive, into, signal);
  const xz = spawn("xz", ["--decompress", "--stdout", "--", archive], {
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  xz.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString("utf8")));
  const ended = once(xz, "close");
  try {
    await pipeline(xz.stdout, extract({ cwd: into, strip: 1, strict: true, preserveOwner: false }), {
      signal,
    });
    const [status] = await ended;
    return status === 0
      ? undefined
      : malformed(archive, said.join("").trim() || `\`xz\` ended with ${status}`);
  } catch (thrown) {
    await ended.catch(() => undefined);
    if (signal.aborted) return stopped();
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return noXz();
    return malformed(
      archive,
      said.join("").trim() || (thrown instanceof Error ? thrown.message : String(thrown)),
    );
  }
}

const gzipMark = Buffer.from([0x1f, 0x8b]);

function readFirst(file: string): Buffer {
  const start = Buffer.alloc(gzipMark.length);
  const descriptor = openSync(file, "r");
  readSync(descriptor, start);
  closeSync(descriptor);
  return start;
}

async function extractGzip(
  archive: string,
  into: string,
  signal: AbortSignal,
): Promise<Diagnostic | undefined> {
  try {
    const reader = extract({ cwd: into, strip: 1, strict: true, preserveOwner: false });
    await pipeline(createReadStream(archive), reader, { signal });
    return undefined;
  } catch (thrown) {
    if (signal.aborted) return stopped();
    return malformed(archive, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function noXz(): Diagnostic {
  return diagnostic("xz-missing", "`xz`, which unpacks the components of toolchains, is not installed", {
    help: ["apt-get install xz-utils", "dnf install xz; pacman -S xz; apk add xz"],
  });
}

function lines(file: string): string[] {
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];
}

function malformed(archive: string, cause: string): Diagnostic {
  return diagnostic("component-malformed", `\`${archive}\` is no component of a toolchain`, {
    causes: [cause],
  });
}
