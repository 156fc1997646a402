/**
 * Of a step's variables those that reach the project's units only through code of theirs: a build script, a macro, or
 * `env!`. Which of them a unit may have read is noted for each, so that another value compiles only these again. All
 * others are part of the environment of every unit.
 *
 * @param settings Cargo's configuration and its arguments
 * @returns none where another program than rustc and its linker is configured, since nobody knows what that one reads
 */
export function codeVariables(
  env: Readonly<Record<string, string>>,
  settings: readonly string[],
): Record<string, string> {
  if (configuresOtherPrograms(env, settings)) return {};
  return Object.fromEntries(Object.entries(env).filter(([name]) => !tools.test(name)));
}

/** Whether variables or Cargo's configuration name a program that compiles or links in rustc's stead. */
export function configuresOtherPrograms(
  env: Readonly<Record<string, string>>,
  settings: readonly string[],
): boolean {
  return [...settings, ...Object.keys(env)].some((text) => otherPrograms.test(text));
}

/** In a configuration file, in `--config`, and in names like `CARGO_TARGET_<TRIPLE>_LINKER`. */
const otherPrograms = /wrapper|linker|(^|[\s."])rustc["\s]*=|^rust(do)?c$/i;

/**
 * Names that Cargo, rustc, Clippy, LLVM, the C compiler as linker, `ld` and the system's loader look up (the Cargo
 * book, rustc 1.95, gcc(1), ld(1), ld.so(8)), and those that most programs do.
 */
const tools =
  /^(CARGO|RUST|CLIPPY|LLVM|GCC_|COLLECT_|GNUTARGET$|LTO|LLD_|MOLD_|LD|LIBRARY_PATH$|COMPILER_PATH$|DYLD_|GLIBC_|MALLOC|MAKE|MFLAGS$|SOURCE_DATE_EPOCH$|ZERO_AR_DATE$|MACOSX_|SDKROOT$|DEVELOPER_DIR$|PATH$|HOME$|TMPDIR$|TE?MP$|LANG|LC_|TZ$|TERM$|PWD$|XDG_)/;
