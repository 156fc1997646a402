import { readFileSync } from "node:fs";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { parentOf } from "../base/paths.ts";

/** What lies in an image, by its path without a `/` at the beginning. Directories that only others name are not in it. */
export type ImageFiles = ReadonlyMap<string, "file" | "directory" | { readonly link: string }>;

/**
 * What lies in an image, layer over layer: a file `.wh.NAME` removes what lies below, `.wh..wh..opq` all of its directory
 * (OCI image specification 1.1, "Whiteouts").
 *
 * @param layers the files of the layers, the lowest first; plain, or packed by gzip or zstd
 * @throws what `tar` and `zlib` throw for what is no such archive
 */
export function filesOfLayers(layers: readonly string[]): ImageFiles {
  const files = new Map<string, "file" | "directory" | { readonly link: string }>();
  for (const layer of layers) {
    const added: [string, "file" | "directory" | { readonly link: string }][] = [];
    for (const { path, type, link } of entriesOfLayer(layer)) {
      const name = path.slice(parentOf(path).length).replace(/^\//, "");
      if (name === ".wh..wh..opq") remove(files, parentOf(path));
      else if (name.startsWith(".wh.")) remove(files, joined(parentOf(path), name.slice(4)), true);
      else if (type === "SymbolicLink") added.push([path, { link }]);
      else added.push([path, type === "Directory" ? "directory" : "file"]);
    }
    for (const [path, what] of added) {
      if (what !== "directory") remove(files, path);
      files.set(path, what);
    }
  }
  return files;
}

function joined(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

function remove(files: Map<string, unknown>, directory: string, itself = false): void {
  const prefix = directory === "" ? "" : `${directory}/`;
  for (const path of files.keys()) if (path.startsWith(prefix)) files.delete(path);
  if (itself) files.delete(directory);
}

/** The directory in which GNU tar's pax format has a file with holes. Its true name is in a field that `tar` does not tell. */
const holes = /(^|\/)GNUSparseFile\.\d+\/(?=[^/]+$)/;

type LayerEntry = { readonly path: string; readonly type: string; readonly link: string };

function entriesOfLayer(layer: string): LayerEntry[] {
  const entries: LayerEntry[] = [];
  const take = (entry: ReadEntry) => {
    const path = entry.path
      .replace(/^(\.?\/)+/, "")
      .replace(/\/+$/, "")
      .replace(holes, "$1");
    if (path !== "" && path !== ".") entries.push({ path, type: entry.type, link: entry.linkpath ?? "" });
    entry.resume();
  };
  const parser = new Parser({ strict: true, onReadEntry: take });
  // Files with holes in GNU's format (`tar --sparse`) are none that `tar` reads, and it says so by this alone.
  parser.on("ignoredEntry", take);
  let thrown: unknown;
  parser.on("error", (error: unknown) => {
    thrown = error;
  });
  parser.end(unpacked(readFileSync(layer)));
  if (thrown !== undefined) throw thrown;
  return entries;
}

function unpacked(bytes: Buffer): Buffer {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes);
  return bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528 ? zstdDecompressSync(bytes) : bytes;
}

/**
 * Where a path of an image leads, links on the way and at its end followed within it, whether or not something lies there.
 *
 * @example
 * followed(new Map([["bin", { link: "usr/bin" }]]), "bin/server") // "usr/bin/server"
 */
export function followed(files: ImageFiles, path: string, depth = 0): string {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  let at = "";
  for (const [index, name] of names.entries()) {
    if (name === "..") {
      at = parentOf(at);
      continue;
    }
    at = joined(at, name);
    const what = files.get(at);
    if (typeof what !== "object" || depth >= 40) continue;
    const rest = names.slice(index + 1).join("/");
    const target = what.link.startsWith("/") ? what.link : `${parentOf(at)}/${what.link}`;
    return followed(files, `${target}/${rest}`, depth + 1);
  }
  return at;
}
