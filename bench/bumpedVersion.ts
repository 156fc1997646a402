const version = /^(\[(?:workspace\.)?package\]\n(?:(?!\[).*\n)*?version = "\d+\.\d+\.)\d+(?=")/m;

/**
 * A manifest with another patch level of the package, or of the packages of a workspace, and all else as it
 * was: the versions of its dependencies above all.
 *
 * @throws if the manifest has no version of three numbers
 */
export function bumpedVersion(manifest: string, patch: number): string {
  if (!version.test(manifest)) throw new Error("the manifest has no version to bump");
  return manifest.replace(version, `$1${patch}`);
}
