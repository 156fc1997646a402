import { byCodeUnit } from "../base/digest.ts";

/**
 * Orders versions as Semantic Versioning 2.0.0 (section 11) does, and those that differ only in build
 * metadata by that, so that it is a total order as in Cargo. Numbers may have any length.
 *
 * @example
 * ["1.10.0", "1.9.0", "1.10.0-rc.1"].sort(compareVersions) // ["1.9.0", "1.10.0-rc.1", "1.10.0"]
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  return (
    compareLists(left.numbers, right.numbers) ||
    Number(left.pre === undefined) - Number(right.pre === undefined) ||
    compareLists(left.pre ?? [], right.pre ?? []) ||
    byCodeUnit(left.build, right.build)
  );
}

function split(version: string): { numbers: string[]; pre: string[] | undefined; build: string } {
  const [, numbers = "", pre, build = ""] = /^([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(version) ?? [];
  return { numbers: numbers.split("."), pre: pre?.split("."), build };
}

/** A list that continues where the other ends is greater. */
function compareLists(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

/** Numbers by value and before words; words by code unit. */
function compareParts(a: string, b: string): number {
  const numeric = [a, b].map((part) => /^\d+$/.test(part));
  if (numeric[0] && numeric[1]) return a.length - b.length || byCodeUnit(a, b);
  return Number(numeric[1]) - Number(numeric[0]) || byCodeUnit(a, b);
}

const number = "(?:0|[1-9]\\d*)";
const identifier = `(?:${number}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const preRelease = `(?:-${identifier}(?:\\.${identifier})*)?`;
const build = "(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?";
const wildcard = "[*xX]";
const patch = `(?:\\.(?:${wildcard}|${number}${preRelease}${build}))?`;
const minor = `(?:\\.(?:${wildcard}(?:\\.${wildcard})?|${number}${patch}))?`;
const comparator = ` *(?:[=~^]|[<>]=?)? *${number}${minor} *`;
const requirement = new RegExp(`^(?: *${wildcard} *|${comparator}(?:,${comparator})*)$`);

/**
 * Whether Cargo can read a version requirement: `1.2`, `>=1, <3`, `=1.0.0-rc.1`, `1.*`.
 *
 * Source: the grammar of the crate `semver` 1.0, which Cargo 1.95 reads them with. Numbers beyond 64 bits and
 * more than 32 parts, which it refuses, are left to its own message.
 */
export function isVersionRequirement(text: string): boolean {
  return requirement.test(text);
}

/**
 * The part of a version that must agree for Cargo to take one for the other, by its caret rule. A build has at most one
 * version of a package for each.
 *
 * @example
 * compatibility("1.4.2") // "1"
 * compatibility("0.3.9") // "0.3"
 * compatibility("0.0.7") // "0.0.7"
 */
export function compatibility(version: string): string {
  return /^(?:[1-9]\d*|0\.[1-9]\d*|0\.0\.\d+)/.exec(version)?.[0] ?? version;
}
