import { existsSync, readFileSync } from "node:fs";
import { stamp } from "../stamp.ts";
import { type DpkgDatabase, type DpkgPackage, parseDpkgStatus } from "./dpkgDatabase.ts";

/** Debian's words for Node's, where they differ (`dpkg-architecture -L`). */
const architectures: Readonly<Record<string, string>> = {
  x64: "amd64",
  ia32: "i386",
  arm: "armhf",
  ppc64: "ppc64el",
};

/** Whether dpkg is the host's package manager. */
export function hasDpkg(root: string): boolean {
  return existsSync(`${root}/var/lib/dpkg/status`);
}

/** Changes whenever a package is installed, upgraded or removed, or an alternative is chosen. */
export function dpkgStamp(root: string): string {
  return stamp([`${root}/var/lib/dpkg/status`, `${root}/etc/alternatives`]);
}

export function readDpkg(root: string): DpkgDatabase {
  const architecture = architectures[process.arch] ?? process.arch;
  return parseDpkgStatus(readFileSync(`${root}/var/lib/dpkg/status`, "utf8"), architecture);
}

/** The absolute paths that the packages brought, directories included (`/var/lib/dpkg/info/*.list`). */
export function dpkgFiles(root: string, packages: Iterable<DpkgPackage>): string[] {
  return [...packages].flatMap((each) => readList(root, each).split("\n").filter(Boolean));
}

/** Packages that can be installed for several architectures at once have theirs in the list's name. */
function readList(root: string, each: DpkgPackage): string {
  const names = [`${each.name}:${each.architecture}`, each.name];
  const list = names.map((name) => `${root}/var/lib/dpkg/info/${name}.list`).find((path) => existsSync(path));
  return list === undefined ? "" : readFileSync(list, "utf8");
}
