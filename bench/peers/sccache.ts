import { delimiter } from "node:path";
import { execa } from "execa";
import type { Peer } from "./peer.ts";

/** Its disk cache alone, as a wrapper of rustc and, by way of the crate `cc`, of C compilers. */
export const sccache: Peer = {
  name: "sccache",
  version: "0.19.0",
  // Without the clients of remote caches, which nothing here uses and which take minutes to compile.
  install: ["--locked", "--no-default-features"],
  // `cargo vendor` calls no compiler.
  without: ["vendor"],
  env: (program, cache) => ({
    RUSTC_WRAPPER: program,
    CARGO_INCREMENTAL: "0",
    SCCACHE_DIR: cache,
    SCCACHE_CONF: `${cache}.toml`,
    SCCACHE_IDLE_TIMEOUT: "0",
    // A socket of its own: a server that the user runs has another cache.
    SCCACHE_SERVER_UDS: `${cache}.socket`,
  }),
  start: async ({ env, program }, directories) => {
    // For C compilers: rustc's directory stays in the key, which for the project's own crates is the checkout
    // (mozilla/sccache#2652).
    const SCCACHE_BASEDIRS = directories.join(delimiter);
    await execa(program, ["--start-server"], { env: { ...env, SCCACHE_BASEDIRS }, stdio: "ignore" });
  },
  stop: async ({ env, program }) => {
    await execa(program, ["--stop-server"], { env, reject: false, stdio: "ignore" });
  },
};
