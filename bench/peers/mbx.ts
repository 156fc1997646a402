import type { Peer } from "./peer.ts";

/** In the place of Cargo, as `mbx build`, with a store of its own and its other settings as they come. */
export const mbx: Peer = {
  name: "mbx",
  version: "1.29.1",
  install: ["--locked"],
  // `cargo vendor` calls no compiler.
  without: ["vendor"],
  isCargo: true,
  env: (_, cache) => ({ MBX_CACHE_DIR: cache, MBX_DISPLAY: "plain" }),
};
