import * as v from "valibot";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CrateBinary, NativePackage, PackageSystem } from "../../derivation/model.ts";
import { refuse } from "../refuse.ts";

/** A native package whose programs can be asked for by name. */
export type Package<Bin extends string = string> = NativePackage & {
  readonly bins: readonly Bin[];
  /** Headers as code includes them; `openssl/` stands for all below it. */
  readonly headers: readonly string[];
  /** Libraries as one says after `-l`, where that is not the name of a `.pc` file. */
  readonly libraries: readonly string[];
  /** Its programs are of no use without files that lie beside them. */
  readonly needsFiles: boolean;
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
};

/** What the table knows of a package besides: what tells by a failed build, or on a `PATH`, that it is meant. */
type TableSpec<Bin extends string> = PackageSpec<Bin> &
  Partial<Pick<Package, "headers" | "libraries" | "needsFiles">>;

/** A package from a description that is known to be good. */
export function toPackage<const Bin extends string = never>(spec: TableSpec<Bin>): Package<Bin> {
  const { bins = [], headers = [], libraries = [], needsFiles = false } = spec;
  const plain = {
    type: "native" as const,
    name: spec.name,
    bins,
    pkgConfig: spec.pkgConfig ?? [],
    names: namesOf(spec.names),
    ...(spec.crates && { crates: spec.crates }),
  };
  const bin = (name: Bin): string => {
    if (!bins.includes(name)) refuse(unknownProgram(spec.name, name, bins));
    return `/usr/bin/${name}`;
  };
  return withHidden(plain, { bin, headers, libraries, needsFiles });
}

/** Properties that are not enumerable: keys are made from what `Object.entries` shows, and that decides what is built. */
function withHidden<T extends object, H extends object>(plain: T, hidden: H): T & H {
  const shown: T & H = { ...plain, ...hidden };
  for (const name of Object.keys(hidden)) Object.defineProperty(shown, name, { enumerable: false });
  return shown;
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
  crates: v.exactOptional(
    v.array(
      v.strictObject({
        platform: v.picklist(["linux-x86_64", "linux-aarch64"]),
        crate: word,
        version: word,
        checksum: sha256,
        files: v.record(inside, inside),
      }),
    ),
  ),
});

/**
 * Describes a native package that the table lacks.
 *
 * @throws `Refused` with the diagnostic `native-package` for a description that is malformed.
 * @example
 * pkg({ name: "flac", pkgConfig: ["flac"], names: { nixpkgs: "flac", apt: "libflac-dev", brew: "flac" } })
 */
export function pkg<const Bin extends string = never>(description: PackageSpec<Bin>): Package<Bin> {
  const checked = parsePackage(description);
  return checked.ok ? toPackage(description) : refuse(checked.error);
}

/** `pkg` for data of unknown form. Errors: `native-package`, which names each field that is wrong. */
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

const files = { "bin/protoc": "bin/protoc", "include/google/": "include/google/" };

/**
 * The crates that carry the protobuf project's own `protoc`, linked statically, with its standard imports.
 */
export const protocCrates: readonly CrateBinary[] = [
  {
    platform: "linux-x86_64",
    crate: "protoc-bin-vendored-linux-x86_64",
    version: "3.3.0",
    checksum: "873cdcc097593432086661aa432b8078f1cd87bfb02847c332e98ae2c119e966",
    files,
  },
  {
    platform: "linux-aarch64",
    crate: "protoc-bin-vendored-linux-aarch_64",
    version: "3.3.0",
    checksum: "73fa2624782ca04cd44f51554566717377acd240e4c0016d757dd74fccc9324f",
    files,
  },
];
