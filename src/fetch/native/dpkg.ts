import { existsSync, readFileSync } from "node:fs";

/** Debian's words for Node's, where they differ (`dpkg-architecture -L`). */
const architectures: Readonly<Record<string, string>> = {
  x64: "amd64",
  ia32: "i386",
  arm: "armhf",
  ppc64: "ppc64el",
};

/** The packages that dpkg has installed below `root`. Throws where its database cannot be read. */
export function readDpkg(root: string): DpkgDatabase {
  const text = readFileSync(`${root}/var/lib/dpkg/status`, "utf8");
  if (last?.text !== text) {
    const architecture = architectures[process.arch] ?? process.arch;
    last = { text, database: parseDpkgStatus(text, architecture) };
  }
  return last.database;
}

/** Several native packages are looked for in one command, and parsing takes longer than reading. */
let last: { readonly text: string; readonly database: DpkgDatabase } | undefined;

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

/** One installed package of a Debian-like system. */
type DpkgPackage = {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** What it depends on; of each list one is enough. */
  readonly needs: readonly (readonly string[])[];
};

type DpkgDatabase = {
  readonly packages: ReadonlyMap<string, DpkgPackage>;
  /** Which packages stand for a virtual one (`libc-dev` → `libc6-dev`). */
  readonly providers: ReadonlyMap<string, readonly string[]>;
};

/**
 * Reads the text of `/var/lib/dpkg/status` (deb-control(5)): the installed packages of one architecture, and
 * those of none. `architecture` is Debian's word: `amd64`.
 */
function parseDpkgStatus(text: string, architecture: string): DpkgDatabase {
  const packages = new Map<string, DpkgPackage>();
  const providers = new Map<string, string[]>();
  for (const stanza of text.split(/\n\n+/)) {
    const field = (name: string) => new RegExp(`^${name}: *(.*)$`, "m").exec(stanza)?.[1] ?? "";
    const name = field("Package");
    const belongs = [architecture, "all"].includes(field("Architecture"));
    if (!name || !belongs || !field("Status").endsWith(" installed")) continue;
    const needs = [...relations(field("Pre-Depends")), ...relations(field("Depends"))];
    packages.set(name, { name, version: field("Version"), architecture: field("Architecture"), needs });
    for (const virtual of relations(field("Provides")).flat()) {
      providers.set(virtual, [...(providers.get(virtual) ?? []), name]);
    }
  }
  return { packages, providers };
}

/** The installed package of that name, or the first that provides it. */
export function findPackage(database: DpkgDatabase, name: string): DpkgPackage | undefined {
  const provider = database.providers.get(name)?.[0];
  return database.packages.get(name) ?? (provider ? database.packages.get(provider) : undefined);
}

/** `a (>= 1) | b, c:any` → [[a, b], [c]]; versions are dpkg's affair, which installed nothing that violates them. */
function relations(text: string): string[][] {
  if (text === "") return [];
  return text.split(",").map((group) => group.split("|").map((each) => /[^\s:(]+/.exec(each)?.[0] ?? ""));
}

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

/** Without these nothing can be linked. */
export const requiredBase = ["gcc", "libc6-dev", "binutils"] as const;

/** What build scripts take for granted, as far as it is installed. */
export const usualBase = [
  "g++",
  "bash",
  "dash",
  "coreutils",
  "sed",
  "grep",
  "mawk",
  "gawk",
  "tar",
  "gzip",
  "bzip2",
  "xz-utils",
  "diffutils",
  "findutils",
  "debianutils",
  "libc-bin",
  "make",
  "patch",
] as const;
