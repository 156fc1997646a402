import { readdirSync } from "node:fs";
import { asDigest, type Digest } from "../base/digest.ts";

/** The trees that are in the store. Whatever else lies there is not listed. */
export function storedTrees(root: string): Set<Digest> {
  return new Set(readdirSync(`${root}/trees`).flatMap((name) => asDigest(name) ?? []));
}

/** The paths of all blobs; see `Blobs` for their names. */
export function storedBlobs(root: string): string[] {
  const blobs = `${root}/blobs`;
  return readdirSync(blobs).flatMap((name) =>
    readdirSync(`${blobs}/${name}`).map((file) => `${blobs}/${name}/${file}`),
  );
}
