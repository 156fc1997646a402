import type { RealProgram } from "./realPrograms.ts";

/** Published programs whose build scripts write beside their code, which Cargo and Crane let them do. */
export const writingPrograms: readonly RealProgram[] = [
  {
    crate: "zoxide",
    version: "0.10.0",
    bin: "zoxide",
    main: "src/main.rs",
    writes: "completions for seven shells to `contrib/completions`",
  },
  {
    crate: "du-dust",
    version: "1.2.7",
    bin: "dust",
    main: "src/main.rs",
    writes: "completions to `completions`, a manual page to `man-page`",
  },
  {
    crate: "minecraft_nether_generation",
    version: "0.3.5",
    bin: "example",
    main: "src/bin.rs",
    probe: { args: [], says: "120520825" },
    installs: ["lib/libminecraft_nether_gen_rs.a", "lib/libminecraft_nether_gen_rs.so"],
    writes: "a C header to `target`, beside its code, by `cbindgen`",
  },
  {
    crate: "rustscan",
    version: "2.4.1",
    bin: "rustscan",
    main: "src/main.rs",
    writes: "`src/generated.rs`, a module of the program, and calls `cargo fmt`",
  },
  {
    crate: "rmpc",
    version: "0.11.0",
    bin: "rmpc",
    main: "src/main.rs",
    probe: { args: ["version"], says: "0.11.0" },
    writes: "completions and a manual page to `target`, beside its code",
  },
];
