import {
  accessSync,
  closeSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { formatBytes } from "../../base/format.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { blobPath } from "../../oci/layout.ts";
import { type ReadImage, readImage } from "../../oci/readLayout.ts";
import { type Entry, tarOf } from "../../oci/tar.ts";
import { freeBeside } from "../../tree/beside.ts";
import { makeDirectory } from "../../tree/makeDirectory.ts";
import { walk } from "../../tree/walk.ts";

/**
 * - `oci-archive`: an image layout as one file
 * - `oci-dir`: the same as a directory
 * - `docker-archive`: the former with what `docker load` wants before Docker 25
 */
export type ImageFormat = "oci-archive" | "oci-dir" | "docker-archive";

type Output = {
  /** Absolute. */
  readonly path: string;
  readonly format: ImageFormat;
};

/**
 * Whether an image can be written there, before it is made: nothing but an image is replaced.
 *
 * Errors: `image-output-occupied`, `image-output-impossible`.
 */
export function checkOutput({ path, format }: Output): Result<void> {
  try {
    makeDirectory(dirname(path));
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    const entry = lstatSync(path, { throwIfNoEntry: false });
    // Permission is not all that a file system may lack.
    const aside = freeBeside(path);
    mkdirSync(aside);
    rmdirSync(aside);
    if (!entry) return ok();
    const isOurs = entry.isDirectory() ? isLayout(path) : entry.isFile() && isArchive(path);
    if (!isOurs) return err(occupied(path));
    if (entry.isDirectory() !== (format === "oci-dir"))
      return err(occupied(path, `it is an image as a ${entry.isDirectory() ? "directory" : "file"}`));
    return ok();
  } catch (thrown) {
    return err(impossible(path, thrown));
  }
}

/** An empty directory may be taken, too. */
function isLayout(directory: string): boolean {
  return existsSync(join(directory, "oci-layout")) || readdirSync(directory).length === 0;
}

/** Whether it begins as archives of layouts do, with their first entry; or is empty, as `mktemp` leaves files. */
function isArchive(file: string): boolean {
  const start = Buffer.alloc(512);
  const descriptor = openSync(file, "r");
  try {
    const length = readSync(descriptor, start);
    return length === 0 || /^(blobs|index\.json|manifest\.json|oci-layout)\b/.test(start.toString("latin1"));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes the image of a layout to a file or directory, which is complete before it takes its place.
 *
 * Errors: those of `checkOutput`, since what lies there may have changed meanwhile.
 */
export function writeImage(layout: string, output: Output): Result<void> {
  const checked = checkOutput(output);
  if (!checked.ok) return checked;
  const { path, format } = output;
  const aside = freeBeside(path);
  try {
    if (format === "oci-dir") {
      cpSync(layout, aside, { recursive: true });
      rmSync(path, { recursive: true, force: true });
    } else writeArchive(layout, aside, format);
    renameSync(aside, path);
    return ok();
  } catch (thrown) {
    return err(impossible(path, thrown));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function writeArchive(layout: string, to: string, format: ImageFormat): void {
  const files = [...walk(layout)].flatMap(({ path, type }): Entry[] =>
    type === "file" ? [{ type, path, content: { file: join(layout, path) } }] : [],
  );
  const docker: Entry = { type: "file", path: "manifest.json", content: dockerManifest(layout) };
  const descriptor = openSync(to, "wx");
  try {
    for (const chunk of tarOf(format === "docker-archive" ? [...files, docker] : files))
      for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at);
  } finally {
    closeSync(descriptor);
  }
}

/** What `docker save` writes besides, which names the same blobs. */
function dockerManifest(layout: string): Buffer {
  const { manifest, name } = read(layout);
  const image = {
    Config: blobPath(manifest.config.digest),
    RepoTags: name === undefined ? [] : [name],
    Layers: manifest.layers.map(({ digest }) => blobPath(digest)),
  };
  return Buffer.from(JSON.stringify([image]));
}

/** What is told of an image: its digest, and what its layers weigh as they are sent. */
export function summaryOf(layout: string): string[] {
  const { digest, manifest, config } = read(layout);
  const own = (config.history ?? []).filter(({ empty_layer }) => empty_layer !== true);
  const names = own.map(({ comment }) => (typeof comment === "string" ? comment : "a layer"));
  const sizes = manifest.layers.map(({ size }, index) => ({ name: names[index] ?? "a layer", size }));
  const grouped = [...Map.groupBy(sizes, ({ name }) => name)].map(
    ([name, layers]) => `${name} ${formatBytes(layers.reduce((sum, { size }) => sum + size, 0))}`,
  );
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  return [digest, `${formatBytes(total)} packed: ${grouped.join(", ")}`];
}

function read(layout: string): ReadImage {
  const image = readImage(layout);
  if (!image.ok) throw new Error(image.error);
  return image.value;
}

function occupied(path: string, why = "it is no image that could be replaced"): Diagnostic {
  return diagnostic("image-output-occupied", `\`${path}\` is there already`, {
    notes: [why],
    help: ["choose another: -o PATH"],
  });
}

/** @throws what is no refusal of the operating system */
function impossible(path: string, thrown: unknown): Diagnostic {
  if (!(thrown instanceof Error && "code" in thrown)) throw thrown;
  return diagnostic("image-output-impossible", `the image cannot be written to \`${path}\``, {
    help: ["choose another place: -o PATH"],
    causes: [thrown.message],
  });
}
