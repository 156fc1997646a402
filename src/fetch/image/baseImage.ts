// fetch/image: images that others begin with, from a registry or from disk, each as a layout with that image alone.

import { existsSync, mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { extract } from "tar";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { shownFrom } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { BaseImage } from "../../derivation/image.ts";
import { blobPath, type ContentDigest, mediaTypes, writeLayout } from "../../oci/layout.ts";
import { imageAt, verifiedBlob } from "../../oci/readLayout.ts";
import type { Store } from "../../store/store.ts";
import { copyFromRegistry } from "./registryImage.ts";

type ImageContext = {
  readonly store: Store;
  /** The project's root. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly signal: AbortSignal;
  /** Told what is fetched. */
  readonly onFetch: (image: string) => void;
  /** Told that another process brings it, and when that is over. */
  readonly onWait?: (isOver: boolean) => void;
};

/**
 * The layout of a base image as a tree of the store, in which every blob is what its digest says. Once it is there, neither
 * a registry nor the disk is asked for it.
 *
 * Errors: `image-base-missing`, `image-base`; of a registry `image-offline`, `skopeo-missing`, `image-base-fetch`.
 */
export async function provideBaseImage(context: ImageContext, image: BaseImage): Promise<Result<Digest>> {
  const { store, signal, onWait } = context;
  const key = `${image.digest} ${image.architecture}`;
  const known = store.records.get("base-image", key);
  if (known) return ok(known);
  await using _alone = await store.exclusive(`image ${key}`, signal, onWait);
  const meanwhile = store.records.get("base-image", key);
  if (meanwhile) return ok(meanwhile);
  await using scratch = await store.tempDir("image");
  const found =
    "path" in image
      ? layoutOnDisk(context, image.path, scratch.path)
      : await copyFromRegistry(context, image, join(scratch.path, "fetched"));
  if (!found.ok) return found;
  const only = join(scratch.path, "only");
  const wrong = takeImage(found.value, { ...image, only });
  if (wrong !== undefined) return err(notThat(context, image, wrong));
  const tree = await store.addTree(only);
  store.records.set("base-image", key, tree);
  return ok(tree);
}

/** Copies one image of a layout into a layout of its own; gives what is wrong with it, in one line. */
function takeImage(
  from: string,
  { digest, architecture, only }: BaseImage & { readonly only: string },
): string | undefined {
  const image = imageAt(from, contentDigest(digest), architecture);
  if (!image.ok) return image.error;
  const { manifest, config } = image.value;
  if (config.architecture !== architecture)
    return `it is for ${config.os}/${config.architecture}, and not for linux/${architecture}`;
  const layout = writeLayout(only);
  for (const blob of [
    image.value.digest,
    manifest.config.digest,
    ...manifest.layers.map((each) => each.digest),
  ]) {
    const bytes = verifiedBlob(from, blob);
    if (!bytes.ok) return bytes.error;
    layout.add("", bytes.value);
  }
  const { size } = statSync(join(only, blobPath(image.value.digest)));
  layout.finish({
    mediaType: mediaTypes.manifest,
    digest: image.value.digest,
    size,
    annotations: undefined,
    platform: undefined,
  });
  return undefined;
}

/** A digest of the configuration, which was looked at there. */
function contentDigest(digest: string): ContentDigest {
  return `sha256:${digest.slice("sha256:".length)}`;
}

/** The directory of a layout, unpacked if it is an archive. Errors: `image-base-missing`, `image-base`. */
function layoutOnDisk({ root }: ImageContext, path: string, scratch: string): Result<string> {
  const from = resolve(root, path);
  const shown = shownFrom(root, from);
  const entry = statSync(from, { throwIfNoEntry: false });
  if (!entry)
    return err(
      diagnostic("image-base-missing", `the base image \`${shown}\` does not exist`, {
        notes: ["a relative path counts from the project's root"],
        help: [`fetch one: skopeo copy docker://docker.io/library/debian:stable-slim oci:${shown}`],
        status: 2,
      }),
    );
  let directory = from;
  if (entry.isFile()) {
    directory = join(scratch, "unpacked");
    mkdirSync(directory);
    try {
      extract({ file: from, cwd: directory, sync: true, strict: true, preserveOwner: false });
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      return err(noLayout(shown, "it is no archive of tar", [thrown.message]));
    }
  }
  if (existsSync(join(directory, "oci-layout"))) return ok(directory);
  const isDocker = existsSync(join(directory, "manifest.json"));
  return err(noLayout(shown, isDocker ? "it is in the form of `docker save`" : "it has no `oci-layout`"));
}

function noLayout(shown: string, why: string, causes: readonly string[] = []): Diagnostic {
  return diagnostic("image-base", `the base image \`${shown}\` is no image layout`, {
    notes: [why],
    help: [`make one: skopeo copy docker-archive:${shown} oci-archive:base.oci`],
    causes,
    status: 2,
  });
}

function notThat({ root }: ImageContext, image: BaseImage, wrong: string): Diagnostic {
  const name = "path" in image ? image.path : image.repository;
  const asked =
    "repository" in image
      ? `skopeo inspect --raw docker://${name}@${image.digest}`
      : `skopeo inspect --format '{{.Digest}}' ${statSync(resolve(root, name)).isFile() ? "oci-archive" : "oci"}:${name}`;
  return diagnostic("image-base", `\`${name}\` is not the image with the digest \`${image.digest}\``, {
    notes: [wrong],
    help: [`ask which it is: ${asked}`],
    status: 2,
  });
}
