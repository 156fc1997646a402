import { readFileSync } from "node:fs";
import { gzip } from "pako";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ImagePhase } from "../../derivation/image.ts";
import { filesOfLayers, followed, type ImageFiles } from "../../oci/layerFiles.ts";
import {
  blobPath,
  contentDigestOf,
  type Descriptor,
  dataOf,
  type LayoutWriter,
  mediaTypes,
  writeLayout,
} from "../../oci/layout.ts";
import { type ReadImage, readImage } from "../../oci/readLayout.ts";
import { bytesOf, type Entry, tarOf } from "../../oci/tar.ts";
import { configFile, type OwnLayer } from "./configFile.ts";
import { entriesOf, systemFiles } from "./contents.ts";
import { type Elf, readElf } from "./elf.ts";
import { type Content, entrypointOf } from "./entrypoint.ts";
import { type Program, runtimeOf, staticRemedies } from "./runtime.ts";

// engine/image: makes a container image of trees. Nothing of it runs anything, so that there is no sandbox.

type Assembling = {
  /** An empty directory for the layout. */
  readonly out: string;
  /** The directories that lie at a path of the step's world, an earlier one over a later one. */
  readonly at: (path: string) => readonly string[];
};

type Base = ReadImage & { readonly files: ImageFiles; readonly layout: string };

/**
 * Writes the image that a phase describes, as a layout. The same trees give the same bytes, with every Node and on every
 * machine: layers are packed by zlib's algorithm in JavaScript, for Node's own zlib differs between its versions.
 *
 * Errors: `image-libraries`, `image-base-libraries`, `image-architecture`, `image-certificates`, `image-collision`, `image-program`,
 * `image-entrypoint`; `image-base`, of a base that cannot be read.
 */
export async function assembleImage(phase: ImagePhase, { out, at }: Assembling): Promise<Result<void>> {
  const base = baseOf(phase.base === undefined ? undefined : at(phase.base)[0]);
  if (!base.ok) return base;
  const place = (path: string) => (base.value ? followed(base.value.files, path) : path);
  const contents = phase.contents.map((content) => ({
    name: content.name,
    entries: at(content.at).flatMap((tree) => entriesOf(tree, content, place)),
  }));
  const bare = phase.contents.find(
    ({ isCertificates }, index) => isCertificates && contents[index]?.entries.length === 0,
  );
  if (bare) return err(noCertificates(bare.name));
  const collision = collisionIn(contents);
  if (collision) return err(collision);
  const elves = elvesIn(contents.flatMap(({ entries }) => entries));
  const architecture = architectureOf(phase, elves, base.value);
  if (!architecture.ok) return architecture;
  const programs = [...elves].map(([path, elf]) => ({ path, elf }));
  const runtime = base.value
    ? checkBase(programs, base.value, elves)
    : runtimeOf(programs, elves, at(phase.system));
  if (!runtime.ok) return runtime;
  const own = [
    { name: "libraries", entries: runtime.value },
    { name: "system", entries: base.value ? [] : systemFiles(phase.config.User) },
    ...contents,
  ].filter(({ entries }) => entries.length > 0);
  const entrypoint = entrypointOf(phase, contents, base.value);
  if (!entrypoint.ok) return entrypoint;
  const config = { ...phase.config, ...(entrypoint.value && { Entrypoint: entrypoint.value }) };
  writeImage({ ...phase, architecture: architecture.value, config }, own, base.value, out);
  return ok();
}

function baseOf(layout: string | undefined): Result<Base | undefined> {
  if (layout === undefined) return ok(undefined);
  const image = readImage(layout);
  if (!image.ok)
    return err(diagnostic("image-base", "the base image cannot be read", { causes: [image.error] }));
  const layers = image.value.manifest.layers.map(({ digest }) => `${layout}/${blobPath(digest)}`);
  try {
    return ok({ ...image.value, files: filesOfLayers(layers), layout });
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const why = "a layer of the base image cannot be read";
    return err(diagnostic("image-base", why, { causes: [thrown.message] }));
  }
}

function noCertificates(name: string): Diagnostic {
  return diagnostic(
    "image-certificates",
    `the package \`${name}\` of this system has no certificates as Debian has them`,
    {
      notes: ["they are looked for below `/usr/share/ca-certificates`"],
      help: [
        "put a file with them into the project at `etc/ssl/certs/ca-certificates.crt`, and name that: " +
          'fileset.include("etc/ssl/certs/ca-certificates.crt")',
      ],
    },
  );
}

/** Two trees may have a directory in common, or the same file. */
function collisionIn(contents: readonly Content[]): Diagnostic | undefined {
  const owners = new Map<string, { readonly name: string; readonly shown: string }>();
  for (const { name, entries } of contents) {
    for (const entry of entries) {
      if (entry.type === "directory") continue;
      const shown = entry.type === "file" ? contentDigestOf(bytesOf(entry.content)) : entry.target;
      const before = owners.get(entry.path);
      if (before && before.shown !== shown)
        return diagnostic(
          "image-collision",
          `\`${before.name}\` and \`${name}\` have both a \`/${entry.path}\` in the image`,
          {
            help: ["leave one of them out of `contents`, or give what it installs another name"],
            status: 2,
          },
        );
      owners.set(entry.path, { name, shown });
    }
  }
  return undefined;
}

function elvesIn(entries: readonly Entry[]): ReadonlyMap<string, Elf> {
  const found = new Map<string, Elf>();
  for (const entry of entries) {
    const elf = entry.type === "file" ? readElf(bytesOf(entry.content)) : undefined;
    if (elf) found.set(entry.path, elf);
  }
  return found;
}

function architectureOf(
  phase: ImagePhase,
  elves: ReadonlyMap<string, Elf>,
  base: Base | undefined,
): Result<string> {
  const [first, another] = Map.groupBy(elves, ([, { architecture = "another" }]) => architecture);
  const own = first?.[0] ?? phase.architecture;
  if (another) {
    const notes = [first, another].map((each) => `\`/${each?.[1][0]?.[0]}\` is for ${each?.[0]}`);
    return err(
      diagnostic("image-architecture", "the image has programs for different processors", {
        notes,
        status: 2,
      }),
    );
  }
  if (base && base.config.architecture !== own)
    return err(
      diagnostic(
        "image-architecture",
        `the base image is for ${base.config.architecture}, and the programs are for ${own}`,
        {
          help: [
            "name the digest of an index, which has the image for several, or of the image for that processor",
          ],
          status: 2,
        },
      ),
    );
  return ok(own);
}

/** That a base has what programs load, as far as its files tell: the loader, and libraries by name wherever they lie. */
function checkBase(
  programs: readonly Program[],
  { files }: Base,
  own: ReadonlyMap<string, Elf>,
): Result<readonly Entry[]> {
  const names = new Set([...files.keys(), ...own.keys()].map((path) => path.replace(/^.*\//, "")));
  const missing = programs.flatMap(({ path, elf }) => {
    const { interpreter, needed } = elf;
    const isThere = interpreter === undefined || files.get(followed(files, interpreter)) === "file";
    const absent = needed.filter((name) => !names.has(name));
    return [...(isThere ? [] : [interpreter]), ...absent].map((name) => ({ path, name }));
  });
  if (missing.length === 0) return ok([]);
  return err(
    diagnostic(
      "image-base-libraries",
      `the base image lacks what programs load: ${backticked([...new Set(missing.map(({ name }) => name))])}`,
      {
        notes: [
          ...missing.map(({ path, name }) => `\`/${path}\` loads \`${name}\``),
          "such a program ends with `no such file or directory`, although it is there",
        ],
        help: [
          "begin with an image that has them, or with none: without `fromImage` they come from the base system",
          ...staticRemedies.slice(0, 1),
        ],
        status: 2,
      },
    ),
  );
}

function writeImage(phase: ImagePhase, own: readonly Content[], base: Base | undefined, out: string): void {
  const layout = writeLayout(out);
  const below = (base?.manifest.layers ?? []).map((layer) => copied(layout, layer, base?.layout ?? ""));
  const there = new Set(
    [...(base?.files ?? [])].flatMap(([path, what]) => (what === "directory" ? [path] : [])),
  );
  const layers = own.map(({ name, entries }) => {
    const archive = Buffer.concat([...tarOf(entries, (directory) => there.has(directory))]);
    for (const { type, path } of entries) if (type === "directory") there.add(path);
    const descriptor = layout.add(mediaTypes.layer, gzip(archive, { level: 6 }));
    return { name, diff: contentDigestOf(archive), descriptor } satisfies OwnLayer & Record<string, unknown>;
  });
  const config = layout.addJson(mediaTypes.config, configFile(phase, layers, base?.config));
  const manifest = layout.addJson(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: dataOf(config),
    layers: [...below, ...layers.map(({ descriptor }) => descriptor)].map(dataOf),
    ...(base && { annotations: { "org.opencontainers.image.base.digest": base.digest } }),
  });
  layout.finish({
    ...manifest,
    platform: { architecture: phase.architecture, os: "linux", variant: undefined },
    annotations: namesOf(phase),
  });
}

function copied(layout: LayoutWriter, { mediaType, digest }: Descriptor, from: string): Descriptor {
  return layout.add(ociType(mediaType), readFileSync(`${from}/${blobPath(digest)}`));
}

/** Docker's names for the same formats. */
function ociType(mediaType: string): string {
  return mediaType
    .replace("vnd.docker.image.rootfs.diff.tar.gzip", "vnd.oci.image.layer.v1.tar+gzip")
    .replace("vnd.docker.image.rootfs.diff.tar", "vnd.oci.image.layer.v1.tar");
}

/** The name of an image as podman and skopeo read it, and as containerd and Docker do, which want all of it. */
function namesOf({ name, tag }: ImagePhase): Record<string, string> {
  const [first = "", ...more] = name.split("/");
  const hasHost = more.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const full = hasHost ? name : `docker.io/${more.length > 0 ? name : `library/${name}`}`;
  return {
    "io.containerd.image.name": `${full}:${tag}`,
    "org.opencontainers.image.ref.name": `${name}:${tag}`,
  };
}
