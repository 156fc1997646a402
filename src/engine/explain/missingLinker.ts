import type { Cause } from "./finding.ts";
import { inputForProgram } from "./nativeInput.ts";

/** The words of rustc, clang and gcc; gcc says only `ld`, so the flag is looked for in the command that rustc shows. */
const complaints = [
  /linker `([^`]+)` not found/g,
  /invalid linker name in (?:argument )?'-fuse-ld=([\w.-]+)'/g,
  /-fuse-ld=([\w.-]+)[^\n]*(?:\n[^\n]*){0,8}collect2: fatal error: cannot find 'ld'/g,
];

const programs: Readonly<Record<string, string>> = { lld: "ld.lld" };

/** A linker that Cargo's configuration or `RUSTFLAGS` ask for and nobody declared. */
export const missingLinker: Cause = ({ text }) => {
  const found = new Set(
    complaints.flatMap((complaint) => [...text.matchAll(complaint)].map((match) => match[1] ?? "")),
  );
  return [...found].map((linker) => ({
    note: `the linker \`${linker}\` is not among the declared inputs`,
    inputs: [inputForProgram(programs[linker] ?? linker.split("/").at(-1) ?? linker)],
  }));
};
