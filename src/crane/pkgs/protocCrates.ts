import type { CrateBinary } from "../../derivation/nativePackage.ts";

const files = { "bin/protoc": "bin/protoc", "include/google/": "include/google/" };

/**
 * The crates that carry the protobuf project's own `protoc`, linked statically, with its standard imports.
 */
export const protocCrates: readonly CrateBinary[] = [
  {
    platform: "linux-x86_64",
    crate: "protoc-bin-vendored-linux-x86_64",
    version: "3.3.0",
    checksum: "873cdcc097593432086661aa432b8078f1cd87bfb02847c332e98ae2c119e966",
    files,
  },
  {
    platform: "linux-aarch64",
    crate: "protoc-bin-vendored-linux-aarch_64",
    version: "3.3.0",
    checksum: "73fa2624782ca04cd44f51554566717377acd240e4c0016d757dd74fccc9324f",
    files,
  },
];
