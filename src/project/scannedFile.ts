import type { Digest } from "../base/digest.ts";

/** A file of a source as it was when it was scanned. `path` is relative to the source's root, with `/`. */
export type ScannedFile =
  | {
      readonly type: "file";
      readonly path: string;
      /** Bytes. */
      readonly size: number;
      readonly executable: boolean;
      readonly digest: Digest;
    }
  | { readonly type: "symlink"; readonly path: string; readonly target: string };
