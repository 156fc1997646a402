import { posix } from "node:path";
import type { Manifest, ManifestOf } from "../cargo/manifest.ts";
import { parseManifest } from "../cargo/parseManifest.ts";
import { resolveInheritance } from "../cargo/resolveInheritance.ts";
import type { Unit } from "../cargo/unitGraph.ts";
import { isOwnPackage } from "./isOwnPackage.ts";

type Known = Pick<ManifestOf<unknown>, "dependencies" | "features">;

/** What the manifest of a unit's package says of dependencies and features; undefined where that is not certain. */
export type ManifestOfUnit = (unit: Unit) => Known | undefined;

/**
 * @param textAt the text of a file by its path in the build; undefined where there is none
 * @param workspace the directory of the workspace in the build
 */
export function manifestsOfUnits(
  textAt: (path: string) => string | undefined,
  workspace: string,
): ManifestOfUnit {
  const read = memoised((path: string): Manifest | undefined => {
    const text = textAt(path);
    const parsed = text === undefined ? undefined : parseManifest(path, text);
    return parsed?.ok ? parsed.value : undefined;
  });
  const known = memoised((path: string): Known | undefined => {
    const manifest = read(path);
    if (!manifest?.dependencies.some(({ workspace }) => workspace)) return manifest;
    const whole = read(`${workspace}/Cargo.toml`);
    const isMember = path.startsWith("/build/source/");
    const resolved = whole && isMember ? resolveInheritance(manifest, whole) : undefined;
    return resolved?.ok ? resolved.value : undefined;
  });
  return (unit) => {
    const path = pathFor(unit, (each) => read(each) !== undefined);
    return path === undefined ? undefined : known(path);
  };
}

/** The nearest above the target's file, below the directory that all packages lie in. */
function pathFor(unit: Unit, exists: (path: string) => boolean): string | undefined {
  const base = isOwnPackage(unit) ? "/build/source" : "/build/vendor";
  for (let at = posix.dirname(unit.target.srcPath); at.startsWith(base); at = posix.dirname(at)) {
    if (exists(`${at}/Cargo.toml`)) return `${at}/Cargo.toml`;
  }
  return undefined;
}

function memoised<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, { readonly made: T }>();
  return (key) => {
    const { made } = known.get(key) ?? { made: make(key) };
    known.set(key, { made });
    return made;
  };
}
