import type { Cause, Finding } from "./finding.ts";

/** The words of `env!`, of cmake 0.1 and cc 1.2, and of whoever prints `VarError` with the name. */
const complaints = [
  /environment variable `([^`]+)` not defined(?: at compile time)?/g,
  /[Ee]nvironment variable [`"']?(\w+)[`"']? (?:is )?(?:not (?:set|found|defined|present)|must be set|missing)/g,
  /\b([A-Z][A-Z0-9]*_?[A-Z0-9_]+)\b[`"']?(?: (?:must|should) be set| (?:is )?not set)?: (?:NotPresent|environment variable not found)/g,
];

const read = /(?:env::)?\bvar(?:_os)?\(\s*"([^"]+)"/g;

/** What Cargo sets where it should be: declaring it would not help. */
const ofCargo = /^(?:CARGO|DEP)_|^(?:OUT_DIR|TARGET|HOST|NUM_JOBS|OPT_LEVEL|PROFILE|DEBUG|RUSTC|RUSTDOC)$/;

/** A variable of the environment that the build reads and nobody declared. */
export const undeclaredVariable: Cause = ({ text, panics }) => {
  const named = complaints.flatMap((complaint) =>
    [...text.matchAll(complaint)].map((match) => match[1] ?? ""),
  );
  const absent = panics.filter(
    ({ message }) => message.includes("NotPresent") && !named.some((name) => message.includes(name)),
  );
  const inCode = absent.flatMap(({ code }) =>
    [...code.matchAll(read)].slice(-1).map((match) => match[1] ?? ""),
  );
  const names = [...new Set([...named, ...inCode])].filter((name) => !ofCargo.test(name));
  if (names.length === 0 && named.length === 0 && /\bNotPresent\b/.test(text)) return [unnamed];
  return names.map((name) => ({
    note: `the build reads the variable \`${name}\`, which is not declared`,
    variables: [name],
  }));
};

const unnamed: Finding = {
  note: "the build reads a variable that is not declared; the log does not say which",
  variables: ["NAME"],
};
