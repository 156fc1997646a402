import type { RealProgram } from "./realPrograms.ts";

/** Published programs with unusual manifests, kept small; built without any configuration, too. */
export const unusualPrograms: readonly RealProgram[] = [
  {
    crate: "jsonxf",
    version: "1.1.1",
    bin: "jsonxf",
    main: "src/main.rs",
    probe: { args: ["-m", "-s", '{ "a" : [ 1 ] }'], says: '{"a":[1]}' },
    unusual: "no `edition` (so 2015), lock of version 2, library and program of one name, `[lib] path`",
  },
  {
    crate: "brotli",
    version: "8.0.4",
    bin: "brotli",
    main: "src/bin/brotli.rs",
    probe: { args: ["-h"], says: "Decompression:" },
    installs: ["bin/catbrotli"],
    unusual: "edition 2015, `autobins = false`, two programs of which neither is the default, `lto`",
  },
  {
    crate: "gifski",
    version: "1.34.0",
    bin: "gifski",
    main: "src/bin/gifski.rs",
    installs: ["lib/libgifski.a", "lib/libgifski.so"],
    unusual:
      "`lib`, `staticlib` and `cdylib` in one, `required-features`, a renamed dependency, `panic = abort`, `lto`",
  },
  {
    crate: "bindgen-cli",
    version: "0.73.2",
    bin: "bindgen",
    main: "main.rs",
    unusual: "no `src`, program of another name, a dependency with `links` that is loaded at run time",
  },
  {
    crate: "cargo-binutils",
    version: "0.4.0",
    bin: "cargo-nm",
    main: "src/bin/cargo-nm.rs",
    probe: { args: ["nm", "--version"], says: "0.4.0" },
    installs: ["bin/rust-nm", "bin/rust-strip", "bin/cargo-strip"],
    unusual: "20 programs, none named like the package, and a library of another name",
  },
];
