import { type DpkgDatabase, type DpkgPackage, findPackage } from "./dpkgDatabase.ts";

/** Needed only while packages are being installed or configured. */
const installers = new Set([
  "dpkg",
  "debconf",
  "debconf-2.0",
  "init-system-helpers",
  "install-info",
  "ucf",
  "base-files",
]);

/**
 * The packages of those names and all that they depend on, by name. Of alternatives the first that is installed
 * is taken, and dependencies that serve only installation are left out.
 */
export function dpkgClosure(database: DpkgDatabase, names: Iterable<string>): Map<string, DpkgPackage> {
  const closure = new Map<string, DpkgPackage>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const found = findPackage(database, name);
    if (!found || closure.has(found.name)) continue;
    closure.set(found.name, found);
    for (const group of found.needs) {
      const chosen = group.find((each) => findPackage(database, each));
      if (chosen !== undefined && !installers.has(chosen)) open.push(chosen);
    }
  }
  return closure;
}
