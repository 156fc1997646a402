import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { refuse } from "../refuse.ts";
import type { Package, PackageSpec } from "./package.ts";
import { toPackage } from "./toPackage.ts";

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
