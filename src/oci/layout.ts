import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { canonical, type Data, digestOf } from "../base/digest.ts";
import { byName, fields, list } from "../base/schemas.ts";

// The files of an image layout: an index names manifests, a manifest a configuration and layers, each by the digest of what
// `blobs/sha256/` has under it.

/** `sha256:` and 64 digits. */
export type ContentDigest = `sha256:${string}`;

const text = v.string();
const contentDigest = v.custom<ContentDigest>(
  (value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value),
  "not a digest by SHA-256",
);

const descriptorSchema = fields({
  mediaType: text,
  digest: contentDigest,
  size: v.number(),
  annotations: v.optional(byName(text)),
  platform: v.optional(fields({ architecture: text, os: text, variant: v.optional(text) })),
});

/** What names a blob. */
export type Descriptor = v.InferOutput<typeof descriptorSchema>;

/** Of several images, or of a layout. */
export const indexSchema = fields({ manifests: list(descriptorSchema) });

export const manifestSchema = fields({
  config: descriptorSchema,
  layers: list(descriptorSchema),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;

const nothings = v.nullish(byName(v.unknown()));
const texts = v.nullish(list(text));

/** What a configuration says that another image goes on from. */
export const configSchema = fields({
  architecture: text,
  os: text,
  config: v.optional(
    fields({
      Cmd: texts,
      Entrypoint: texts,
      Env: texts,
      ExposedPorts: nothings,
      Labels: v.nullish(byName(text)),
      StopSignal: v.nullish(text),
      User: v.nullish(text),
      Volumes: nothings,
      WorkingDir: v.nullish(text),
    }),
    {},
  ),
  history: v.nullish(list(v.looseObject({ empty_layer: v.optional(v.boolean()) }))),
  rootfs: fields({ diff_ids: list(contentDigest) }),
});

export type ImageFile = v.InferOutput<typeof configSchema>;

export const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

/** Whether a media type is that of an index, of the OCI's or of Docker's form. */
export function isIndex(mediaType: string): boolean {
  return (
    mediaType === mediaTypes.index ||
    mediaType === "application/vnd.docker.distribution.manifest.list.v2+json"
  );
}

/** Where a layout has a blob, from its root. */
export function blobPath(digest: ContentDigest): string {
  return `blobs/sha256/${digest.slice("sha256:".length)}`;
}

export function contentDigestOf(bytes: Uint8Array): ContentDigest {
  return `sha256:${digestOf(bytes)}`;
}

/** An image layout that is being written; its directory is there and empty. */
export type LayoutWriter = {
  readonly add: (mediaType: string, bytes: Uint8Array) => Descriptor;
  /** Adds data in the one form that it has. */
  readonly addJson: (mediaType: string, data: Data) => Descriptor;
  /** Ends it: it names this one manifest. */
  readonly finish: (manifest: Descriptor) => void;
};

export function writeLayout(directory: string): LayoutWriter {
  mkdirSync(join(directory, "blobs/sha256"), { recursive: true });
  const add: LayoutWriter["add"] = (mediaType, bytes) => {
    const digest = contentDigestOf(bytes);
    writeFileSync(join(directory, blobPath(digest)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  return {
    add,
    addJson: (mediaType, data) => add(mediaType, Buffer.from(canonical(data))),
    finish(manifest) {
      const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [dataOf(manifest)] };
      writeFileSync(join(directory, "oci-layout"), canonical({ imageLayoutVersion: "1.0.0" }));
      writeFileSync(join(directory, "index.json"), canonical(index));
    },
  };
}

/** A descriptor as it is written. */
export function dataOf({ mediaType, digest, size, annotations, platform }: Descriptor): Data {
  return {
    mediaType,
    digest,
    size,
    ...(annotations && { annotations }),
    ...(platform && { platform: { architecture: platform.architecture, os: platform.os } }),
  };
}
