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
