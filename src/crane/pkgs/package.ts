import * as v from "valibot";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CrateBinary, NativePackage, PackageSystem } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { byName } from "../arguments/byName.ts";
import { refuse, refuseBlanks } from "../arguments/refuse.ts";

/** A native package whose programs can be asked for by name. */
type Package<Bin extends string = string> = NativePackage & {
  readonly bins: readonly Bin[];
  /**
   * The absolute path that a build sees the program at, for `env: { PROTOC: pkgs.protobuf.bin("protoc") }`.
   * Asking a package of the table for a program that it lacks does not compile; at run time it throws a
   * `Refused` with the diagnostic `native-bin`.
   */
  bin(name: Bin): string;
};

/** What one writes about a package: only its name and what the package managers call it are needed. */
type PackageSpec<Bin extends string = string> = {
  readonly name: string;
  /** Default: none. */
  readonly bins?: readonly Bin[];
  /** Default: none. */
  readonly pkgConfig?: readonly string[];
  readonly names: { readonly [system in PackageSystem]?: string | readonly string[] };
  readonly crates?: readonly CrateBinary[];
  /** The platform, by triple, that it compiles for. Default: it is for all. */
  readonly platform?: string;
};

/**
 * Describes a native package that the table lacks.
 *
 * @throws Refused: `native-package`, for a description that is malformed; `configuration-blank`
 * @example
 * import { defineProject, pkg } from "gantry";
 *
 * const flac = pkg({ name: "flac", pkgConfig: ["flac"], names: { nixpkgs: "flac", apt: "libflac-dev" } });
 */
export function pkg<const Bin extends string = never>(description: PackageSpec<Bin>): Package<Bin> {
  refuseBlanks(description, "pkg");
  const checked = parsePackage(description);
  return checked.ok ? toPackage(description) : refuse(checked.error);
}

/**
 * `pkg` for data of unknown form.
 *
 * Errors: `native-package`, which names each field that is wrong.
 */
export function parsePackage(description: unknown): Result<Package> {
  const parsed = v.safeParse(spec, description);
  if (parsed.success) return ok(toPackage<string>(parsed.output));
  const notes = parsed.issues.map((issue) => `\`${v.getDotPath(issue) ?? "pkg"}\`: ${sentence(issue)}`);
  return err(
    diagnostic("native-package", "the description of a native package is malformed", {
      notes,
      help: ['pkg({ name: "flac", pkgConfig: ["flac"], names: { nixpkgs: "flac", apt: "libflac-dev" } })'],
      status: 2,
    }),
  );
}

function sentence(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "unknown field";
  const missing = issue.type === "strict_object" && issue.received === "undefined";
  const text = missing ? `missing` : issue.message.replace(/^Invalid \w+: /, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const word = v.pipe(v.string(), v.regex(/^[^\s/]+$/, "expected a name without spaces and slashes"));
const words = v.pipe(v.array(word), v.minLength(1, "expected at least one name"));
const name = v.union([word, words], "expected a name, or a list of names");
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits, lower case"));
const inside = v.pipe(
  v.string(),
  v.check(
    (path) => path !== "" && !path.startsWith("/") && !path.split("/").includes(".."),
    "expected a relative path without `..`",
  ),
);

const spec = v.strictObject({
  name: word,
  bins: v.optional(v.array(word), []),
  pkgConfig: v.optional(v.array(word), []),
  names: v.strictObject({
    nixpkgs: v.exactOptional(name),
    apt: v.exactOptional(name),
    dnf: v.exactOptional(name),
    pacman: v.exactOptional(name),
    apk: v.exactOptional(name),
    brew: v.exactOptional(name),
  }),
  platform: v.exactOptional(word),
  crates: v.exactOptional(
    v.array(
      v.strictObject({
        platform: v.picklist(["linux-x86_64", "linux-aarch64"]),
        crate: word,
        version: word,
        checksum: sha256,
        files: byName(inside, inside),
      }),
    ),
  ),
});

/** What is known of a package of the table, beside its name. */
type PackageRow = Omit<PackageSpec, "name" | "names"> & {
  /** Its headers, as code includes them; `openssl/` stands for all below it. Default: none. */
  readonly headers?: readonly string[];
  /** Its libraries, as one says after `-l`, whose names are not those of a `.pc` file. Default: none. */
  readonly libraries?: readonly string[];
  /** Its programs are of no use without files that lie beside them. Default: they are. */
  readonly needsFiles?: true;
  /** What each package manager calls it, in the order of `packageSystems`. Those that lack it come last. */
  readonly names: readonly [nixpkgs: Name, apt: Name, dnf: Name, pacman: Name, apk?: Name, brew?: Name];
};

type Name = string | readonly string[];

/** Rows by the names that the packages have under `pkgs`. */
export type PackageTable = Readonly<Record<string, PackageRow>>;

/** The package managers that the table knows names for. */
export const packageSystems = ["nixpkgs", "apt", "dnf", "pacman", "apk", "brew"] as const;

type Bins<Row> = Row extends { readonly bins: readonly (infer Bin extends string)[] } ? Bin : never;

/**
 * The packages of a table by their names, as configurations use them. Each is made when it is asked for: a build wants few
 * of two hundred.
 */
export function packagesOf<const Table extends PackageTable>(
  table: Table,
): { readonly [name in keyof Table]: Package<Bins<Table[name]>> };
export function packagesOf(table: PackageTable): Readonly<Record<string, Package>> {
  const packages: Record<string, Package> = {};
  for (const [name, row] of Object.entries(table)) {
    let made: Package | undefined;
    const get = (): Package => {
      made ??= packageOf(name, row);
      return made;
    };
    Object.defineProperty(packages, name, { enumerable: true, get });
  }
  return packages;
}

function packageOf(name: string, { bins, pkgConfig, names, crates, platform }: PackageRow): Package {
  const named = packageSystems.flatMap((system, index) => {
    const own = names[index];
    return own === undefined ? [] : [[system, own] as const];
  });
  const optional = {
    ...(bins && { bins }),
    ...(pkgConfig && { pkgConfig }),
    ...(crates && { crates }),
    ...(platform && { platform }),
  };
  return toPackage({ name, ...optional, names: Object.fromEntries(named) });
}

/** What is known of a package of the table: all that finds a package by what it brings reads this. */
type KnownPackage = Required<Pick<PackageRow, "bins" | "pkgConfig" | "headers" | "libraries">> & {
  readonly name: string;
  readonly needsFiles: boolean;
};

/** The rows of a table with their names and defaults. */
export function knownPackages(table: PackageTable): readonly KnownPackage[] {
  return Object.entries(table).map(
    ([name, { bins = [], pkgConfig = [], headers = [], libraries = [], needsFiles = false }]) => ({
      name,
      bins,
      pkgConfig,
      headers,
      libraries,
      needsFiles,
    }),
  );
}

/** A package from a description that is known to be good. */
function toPackage<const Bin extends string = never>(spec: PackageSpec<Bin>): Package<Bin> {
  const bins = spec.bins ?? [];
  const described = {
    type: "native" as const,
    name: spec.name,
    bins,
    pkgConfig: spec.pkgConfig ?? [],
    names: namesOf(spec.names),
    ...(spec.crates && { crates: spec.crates }),
    ...(spec.platform !== undefined && { platform: spec.platform }),
    bin(name: Bin): string {
      if (!bins.includes(name)) refuse(unknownProgram(spec.name, name, bins));
      return `${world.system}/bin/${name}`;
    },
  };
  // Not enumerable: keys are made from what `Object.entries` shows, and that must be plain data.
  return Object.defineProperty(described, "bin", { enumerable: false });
}

function namesOf(names: PackageSpec["names"]): NativePackage["names"] {
  const lists = Object.entries(names).map(([system, of]) => [system, typeof of === "string" ? [of] : of]);
  return Object.fromEntries(lists);
}

function unknownProgram(name: string, bin: string, bins: readonly string[]) {
  const has = bins.length === 0 ? "no program" : backticked(bins);
  return diagnostic("native-bin", `the native package \`${name}\` has no program \`${bin}\``, {
    notes: [`it has ${has}`],
    help: [`describe one that has it: pkg({ name: "${name}", bins: ["${bin}"], names: { … } })`],
    status: 2,
  });
}
