/**
 * The modification time of everything in the store, in seconds after the epoch.
 *
 * Cargo compares times of files that a build script declared with `rerun-if-changed`, and those of workspace
 * sources, against the units' own (seen with Cargo 1.95). With one time everywhere, restored units are fresh.
 * Not 0: some tools take 0 for "no time".
 */
export const constantTime = 1;
