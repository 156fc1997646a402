/** One installed package of a Debian-like system. */
export type DpkgPackage = {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** What it depends on; of each list one is enough. */
  readonly needs: readonly (readonly string[])[];
};

export type DpkgDatabase = {
  readonly packages: ReadonlyMap<string, DpkgPackage>;
  /** Which packages stand for a virtual one (`libc-dev` → `libc6-dev`). */
  readonly providers: ReadonlyMap<string, readonly string[]>;
};

/**
 * Reads the text of `/var/lib/dpkg/status` (deb-control(5)): the installed packages of one architecture, and
 * those of none. `architecture` is Debian's word: `amd64`.
 */
export function parseDpkgStatus(text: string, architecture: string): DpkgDatabase {
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
