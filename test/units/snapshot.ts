import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Directories that can be brought back to how they were. */
export type Snapshot = {
  readonly take: () => void;
  readonly restore: () => void;
};

/**
 * Of a store what it knows; the trees that it gained since stay, and mean nothing to it. Of a target
 * directory everything, with its times.
 *
 * @param copies an empty directory
 */
export function snapshot(copies: string, base: string, stores: readonly string[]): Snapshot {
  const isIndex = (name: string) => name.startsWith("index.sqlite");
  const options = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
  const targets = (directory: string) => readdirSync(directory).filter((name) => name.startsWith("target-"));
  const indexes = (directory: string) =>
    stores.flatMap((store) =>
      readdirSync(join(directory, store))
        .filter(isIndex)
        .map((name) => join(store, name)),
    );
  const parts = (directory: string) => [...targets(directory), ...indexes(directory)];
  return {
    take() {
      for (const part of parts(base)) cpSync(join(base, part), join(copies, part), options);
    },
    restore() {
      for (const part of parts(base)) rmSync(join(base, part), { recursive: true });
      for (const part of parts(copies)) cpSync(join(copies, part), join(base, part), options);
    },
  };
}
