export type RealProgram = {
  /** The name on crates.io. */
  readonly crate: string;
  /** Fixed, so that a table can be made again. */
  readonly version: string;
  /** The program that it installs. */
  readonly bin: string;
  /** The root of that program's crate, below the package. */
  readonly main: string;
  /** How it shows that it runs. Default: `--version`, and the version is in the answer. */
  readonly probe?: { readonly args: readonly string[]; readonly says: string };
  /** What else is installed below the output's directory, beside `bin/<bin>`. Default: not looked at. */
  readonly installs?: readonly string[];
  /** What is unusual about its manifest. */
  readonly unusual?: string;
  /** What its build script writes beside the code. Default: nothing. */
  readonly writes?: string;
};

/** Published programs that are built without any configuration. */
export const realPrograms: readonly RealProgram[] = [
  { crate: "ripgrep", version: "15.2.0", bin: "rg", main: "crates/core/main.rs" },
  { crate: "fd-find", version: "10.5.0", bin: "fd", main: "src/main.rs" },
  { crate: "bat", version: "0.26.1", bin: "bat", main: "src/bin/bat/main.rs" },
  { crate: "just", version: "1.59.0", bin: "just", main: "src/main.rs" },
  { crate: "hyperfine", version: "1.20.0", bin: "hyperfine", main: "src/main.rs" },
  { crate: "tokei", version: "15.0.0", bin: "tokei", main: "src/main.rs" },
];
