import { execa } from "execa";
import type { Peer } from "./peer.ts";

/**
 * Its local store, with the daemon and the variables that `kache init` sets, but none of the user's settings.
 */
export const kache: Peer = {
  name: "kache",
  version: "2.0.0",
  // Without `--locked`: that lock wants a version of `webpki-roots` that not every mirror has.
  install: [],
  without: ["vendor"],
  env: (program, cache) => ({
    RUSTC_WRAPPER: program,
    HOST_CC: `${program} cc`,
    HOST_CXX: `${program} c++`,
    CC_KNOWN_WRAPPER_CUSTOM: "kache",
    KACHE_CACHE_DIR: cache,
    KACHE_CONFIG: `${cache}.toml`,
    KACHE_LOCAL_ONLY: "1",
  }),
  start: async ({ env, program }) => {
    await execa(program, ["daemon", "start"], { env, stdio: "ignore" });
  },
  stop: async ({ env, program }) => {
    await execa(program, ["daemon", "stop"], { env, reject: false, stdio: "ignore" });
  },
};
