import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { parentOf } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { extractArchive } from "./extractArchive.ts";

/** Where an installed toolchain says of each component which files it has: `manifest-<component>`, as rustup calls it. */
export const recordsPath = "lib/rustlib";

type Unpacking = {
  /** What the archive is called in messages. */
  readonly name: string;
  /** What rustup calls the component: `cargo-x86_64-unknown-linux-gnu`. */
  readonly component: string;
  /** An empty directory, for what is to be installed. */
  readonly into: string;
  /** Another one, on the same file system. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Told how many bytes of the archive are unpacked. */
  readonly onProgress: (done: number) => void;
};

/**
 * Unpacks the archive of a component as an installer would install it, together with the list of its files
 * (`lib/rustlib/manifest-<component>`), as rustup has it.
 *
 * An archive of the Rust distribution has one directory, in it `components`, which names directories, and in each of these
 * `manifest.in`, which names what is to be installed of it: `file:bin/rustc`, `dir:share/doc` (`rust-installer-version` 3).
 * Nothing is read or written through a link in it, wherever that leads.
 *
 * Errors: `component-malformed`, `xz-missing`, `disk-full`, `interrupted`.
 */
export async function unpackComponent(archive: string, unpacking: Unpacking): Promise<Result<void>> {
  const { name, into, scratch } = unpacking;
  const wrong = (cause: string) => err(malformed(name, cause));
  const { signal, onProgress } = unpacking;
  const extracted = await extractArchive(archive, { name, into: scratch, strip: 1, signal, onProgress });
  if (!extracted.ok)
    return typeof extracted.error === "string" ? wrong(extracted.error) : err(extracted.error);
  if (lines(scratch, "rust-installer-version")[0] !== "3")
    return wrong("its `rust-installer-version` is not 3");
  const installed: string[] = [];
  for (const component of lines(scratch, "components")) {
    const list = `${component}/manifest.in`;
    if (!isInside(scratch, list)) return wrong(`\`${list}\` is not in it`);
    for (const line of lines(scratch, list)) {
      const [, path = ""] = /^(?:file|dir):(.+)$/.exec(line) ?? [];
      if (path === "") return wrong(`\`${list}\` has the line \`${line}\``);
      if (!isInside(scratch, `${component}/${path}`)) return wrong(`\`${component}/${path}\` is not in it`);
      if (!makeDirectory(into, parentOf(path))) return wrong(`\`${path}\` is behind a link`);
      installed.push(`${line}\n`);
      renameSync(`${scratch}/${component}/${path}`, `${into}/${path}`);
    }
  }
  if (!makeDirectory(into, recordsPath)) return wrong(`\`${recordsPath}\` is behind a link`);
  writeFileSync(`${into}/${recordsPath}/manifest-${unpacking.component}`, installed.join(""));
  return ok();
}

/** Whether a path leads to something below a directory, and through nothing but directories. */
function isInside(root: string, path: string): boolean {
  const parts = path.split("/");
  if (parts.some((part) => ["", ".", ".."].includes(part))) return false;
  const isThere = lstatSync(`${root}/${path}`, { throwIfNoEntry: false }) !== undefined;
  return (
    isThere && parts.slice(1).every((_, at) => isDirectory(`${root}/${parts.slice(0, at + 1).join("/")}`))
  );
}

/** Makes a directory below `root`. False where a link or a file is in the way. */
function makeDirectory(root: string, path: string): boolean {
  if (path === "") return true;
  if (!makeDirectory(root, parentOf(path))) return false;
  if (lstatSync(`${root}/${path}`, { throwIfNoEntry: false })) return isDirectory(`${root}/${path}`);
  mkdirSync(`${root}/${path}`);
  return true;
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function lines(root: string, path: string): string[] {
  const file = `${root}/${path}`;
  if (!isInside(root, path) || !lstatSync(file).isFile()) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function malformed(name: string, cause: string): Diagnostic {
  return diagnostic("component-malformed", `${name} cannot be unpacked`, {
    causes: [cause],
    notes: ["its checksum is the release's: the archive was made like that"],
  });
}
