import { gzipSync } from "node:zlib";
import { Header } from "tar";
import { digestOf } from "../../../src/base/digest.ts";

export type CraftedEntry = {
  readonly path: string;
  readonly body?: string;
  readonly type?: "File" | "Directory" | "SymbolicLink" | "Link" | "CharacterDevice" | "FIFO";
  readonly linkpath?: string;
  readonly mode?: number;
};

/** A tar archive with exactly these entries, however hostile. */
export function craftArchive(entries: readonly CraftedEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, body = "", type = "File", linkpath, mode = 0o644 }) => {
    const bytes = Buffer.from(body);
    const header = Buffer.alloc(512);
    const fields = { path, type, mode, size: bytes.length, mtime: new Date(0), uid: 0, gid: 0 };
    new Header({ ...fields, ...(linkpath !== undefined && { linkpath }) }).encode(header);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A `.crate` file and its checksum. */
export function craftCrate(entries: readonly CraftedEntry[]): { bytes: Buffer; checksum: string } {
  const bytes = gzipSync(craftArchive(entries));
  return { bytes, checksum: digestOf(bytes) };
}

/** The smallest crate that Cargo accepts, with `source` as its library. */
export function craftLibrary(
  name: string,
  version: string,
  source = "",
): { bytes: Buffer; checksum: string } {
  const stem = `${name}-${version}`;
  const manifest = `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2021"\n`;
  return craftCrate([
    { path: `${stem}/Cargo.toml`, body: manifest },
    { path: `${stem}/src/lib.rs`, body: source },
  ]);
}
