/**
 * Fields of `[package]` that say nothing about dependencies, and are left out of the dummy. A list of what
 * goes and not of what stays: a field that a newer Cargo adds may matter, and then a stale layer is worse
 * than one that is built again for nothing.
 *
 * `rust-version` chooses versions only where there is no lock.
 */
export const packageFacts: ReadonlySet<string> = new Set([
  "version",
  "authors",
  "description",
  "documentation",
  "readme",
  "homepage",
  "repository",
  "license",
  "license-file",
  "keywords",
  "categories",
  "metadata",
  "include",
  "exclude",
  "publish",
  "default-run",
  "rust-version",
]);
