import type { Cause, Finding } from "./finding.ts";
import { inputForProgram } from "./nativeInput.ts";

const program = String.raw`([\w.+/-]*[\w+-])`;

/**
 * How shells, make, env, autoconf, and build scripts say that a program is not there. Sources: dash, bash, GNU
 * make 4, coreutils 9, cmake 0.1, cc 1.2, prost-build 0.14, and `std::process::Command`'s error.
 */
const complaints = [
  String.raw`\b(?:sh|bash|dash)(?:: line)?(?:: |\s)\d+: ${program}: (?:command )?not found`,
  String.raw`\b(?:bash|sh): ${program}: command not found`,
  String.raw`^make(?:\[\d+\])?: ${program}: No such file or directory`,
  `env: ['‘]?${program}['’]?: No such file or directory`,
  `Can't exec "${program}": No such file`,
  String.raw`is ["'\x60]${program}["'\x60] (?:not )?installed\?`,
  String.raw`could not find ["'\x60]?(protoc)\b`,
  String.raw`failed to find tool:? ["'\x60]${program}["'\x60]`,
  String.raw`(?:failed to|could not|couldn't|unable to|cannot) (?:run|execute|spawn|start|launch)(?: command| program| process)?:? ["'\x60]*(?!no such|command|program|process)${program}["'\x60]*.*(?:no such file|notfound|not found)`,
  String.raw`(?<![\w.])((?:/usr(?:/local)?)?/s?bin/[\w.+-]+)["'\x60]?:? (?:os \{ code: 2,|no such file|not found)`,
].map((complaint) => new RegExp(complaint, "gim"));

/** The first program that the code starts, reading backwards from where it panicked. */
const started = /Command::new\(\s*"([^"]+)"/g;

/** A program that the build runs and nobody declared. */
export const undeclaredTool: Cause = ({ text, panics }) => {
  const named = complaints.flatMap((complaint) =>
    [...text.matchAll(complaint)].map((match) => match[1] ?? ""),
  );
  const unnamed = panics.flatMap(({ message, code }) => {
    if (!/NotFound|os error 2\b/.test(message)) return [];
    return [...code.matchAll(started)].slice(-1).map((match) => match[1] ?? "");
  });
  const programs = new Set([...named, ...unnamed].map((path) => path.split("/").at(-1) ?? path));
  return [...programs].filter((name) => name !== "").map(missing);
};

function missing(name: string): Finding {
  return {
    note: `the build runs \`${name}\`, which is not among its declared inputs`,
    inputs: [inputForProgram(name)],
  };
}
