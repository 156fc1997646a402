import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { err, ok, type Result } from "../base/result.ts";
import {
  blobPath,
  type ContentDigest,
  configSchema,
  contentDigestOf,
  type Descriptor,
  type ImageFile,
  indexSchema,
  isIndex,
  type Manifest,
  manifestSchema,
} from "./layout.ts";

/** An image, read. */
export type ReadImage = {
  readonly digest: ContentDigest;
  /** What a layout calls it: `server:latest`. Default: it has no name. */
  readonly name?: string;
  readonly manifest: Manifest;
  readonly config: ImageFile;
};

/**
 * The image of a layout that has one, as `writeLayout` leaves it.
 *
 * Errors: as `imageAt`.
 */
export function readImage(layout: string): Result<ReadImage, string> {
  const index = parsed(indexSchema, readFileSync(join(layout, "index.json")), "`index.json`");
  if (!index.ok) return index;
  const [manifest] = index.value.manifests;
  if (!manifest) return err("`index.json` names no manifest");
  const name = manifest.annotations?.["org.opencontainers.image.ref.name"];
  const image = imageAt(layout, manifest.digest);
  return image.ok ? ok({ ...image.value, ...(name !== undefined && { name }) }) : image;
}

/**
 * The image with a digest. Of an index that is the one for a platform.
 *
 * Errors: in one line, what is wrong with it: also where a blob is missing, or its content is not what its digest says. Of
 * layers nothing is read.
 */
export function imageAt(
  layout: string,
  digest: ContentDigest,
  architecture?: string,
): Result<ReadImage, string> {
  const bytes = verifiedBlob(layout, digest);
  if (!bytes.ok) return bytes;
  const chosen = chosenOf(bytes.value, architecture);
  if (!chosen.ok) return chosen;
  if (chosen.value) return imageAt(layout, chosen.value.digest);
  const manifest = parsed(manifestSchema, bytes.value, "the manifest");
  if (!manifest.ok) return manifest;
  const configuration = verifiedBlob(layout, manifest.value.config.digest);
  if (!configuration.ok) return configuration;
  const config = parsed(configSchema, configuration.value, "the image's configuration");
  if (!config.ok) return config;
  if (config.value.rootfs.diff_ids.length !== manifest.value.layers.length)
    return err("its manifest and its configuration have different layers");
  return ok({ digest, manifest: manifest.value, config: config.value });
}

/**
 * Of the bytes of an index, the image for a platform; undefined of those of a manifest.
 *
 * Errors: in one line, why there is none.
 */
export function chosenOf(
  bytes: Uint8Array,
  architecture: string | undefined,
): Result<Descriptor | undefined, string> {
  const document = parsed(v.looseObject({ mediaType: v.optional(v.string()) }), bytes, "the manifest");
  if (!document.ok) return document;
  if (!isIndex(document.value.mediaType ?? "") && !("manifests" in document.value)) return ok(undefined);
  const index = parsed(indexSchema, bytes, "the index");
  if (!index.ok) return index;
  const { manifests } = index.value;
  const found = manifests.find(
    ({ platform }) => platform?.os === "linux" && platform.architecture === architecture,
  );
  if (found) return ok(found);
  const has = manifests.flatMap(({ platform }) =>
    platform ? [`${platform.os}/${platform.architecture}`] : [],
  );
  return err(`it is for ${has.join(", ") || "no platform"}, and not for linux/${architecture}`);
}

/** Errors: in one line, that the blob is missing, or is another. */
export function verifiedBlob(layout: string, digest: ContentDigest): Result<Buffer, string> {
  const path = join(layout, blobPath(digest));
  if (!existsSync(path)) return err(`it has no \`${digest}\``);
  const bytes = readFileSync(path);
  const actual = contentDigestOf(bytes);
  return actual === digest ? ok(bytes) : err(`\`${blobPath(digest)}\` has the digest \`${actual}\``);
}

function parsed<const Schema extends v.GenericSchema>(
  schema: Schema,
  bytes: Uint8Array,
  what: string,
): Result<v.InferOutput<Schema>, string> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return err(`${what} is no JSON`);
  }
  const checked = v.safeParse(schema, value);
  if (checked.success) return ok(checked.output);
  const [issue] = checked.issues;
  return err(`${what} is wrong at \`${v.getDotPath(issue) ?? "."}\`: ${issue.message}`);
}
