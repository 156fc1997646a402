import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, type Result } from "../../base/result.ts";
import { redact } from "../redact.ts";
import { parseSourceId, type SourceId } from "../sourceId.ts";
import { placeOf } from "../toml/placeOf.ts";
import { ifDefined, readToml, type TomlReader } from "../toml/readToml.ts";
import { isTable, parseToml, type TomlDocument } from "../toml/toml.ts";
import type { Lock, LockDependency, LockPackage, LockVersion } from "./lock.ts";

/**
 * Reads a `Cargo.lock` of version 1 to 4.
 *
 * Errors: `toml-syntax`; `lock-invalid`; `lock-version` for one that a newer Cargo wrote; `lock-reference`. All with a place.
 *
 * @example
 * const lock = parseLock("Cargo.lock", text);
 */
export function parseLock(file: string, text: string): Result<Lock> {
  const document = parseToml(file, text);
  if (!document.ok) return document;
  const { root, finish } = readToml(document.value, "lock-invalid");
  const written = root.value("version");
  if (typeof written === "number" && written > 4) return err(tooNew(document.value, written));
  if (written !== undefined && written !== 3 && written !== 4) root.expect("version", "3 or 4");

  const metadata = root.child("metadata");
  const facts = Object.entries(metadata?.table ?? {}).map(
    ([key]) => [key, metadata?.string(key) ?? ""] as const,
  );
  const checksums = new Map(facts.filter(([key]) => key.startsWith(checksumPrefix)));
  // Only version 1 has checksums at the end, or an empty line there where it has none.
  const isFirst = checksums.size > 0 || document.value.text.endsWith("\n\n");
  const version: LockVersion = written === 3 || written === 4 ? written : isFirst ? 1 : 2;
  const context: Context = { encoded: version === 4, checksums, sources: new Map() };

  const patch = root.child("patch");
  const misread = version === 4 ? undefined : misreadReference(document.value);
  if (misread) return err(misread);
  return finish<Lock>({
    version,
    comments: ownComments(document.value.text),
    packages: [
      // Cargo before 0.18 wrote the workspace's package apart.
      ...(root.value("root") === undefined ? [] : [root.child("root")].flatMap((one) => one ?? [])),
      ...root.list("package"),
    ].map((table) => readLockPackage(table, context)),
    unusedPatches: (patch?.list("unused") ?? []).map((table) => readLockPackage(table, context)),
    metadata: Object.fromEntries(facts.filter(([key]) => !key.startsWith(checksumPrefix))),
  });
}

/**
 * `lock-reference`: a branch or tag that Cargo does not find again. Before version 4 it writes their names as they are, and
 * reads them as the query of a URL: `+` as a space, `%2B` as `+`. It takes the branch's newest commit then, whatever the
 * lock has, and vendored sources cannot be used (1.95).
 */
function misreadReference(document: TomlDocument): Diagnostic | undefined {
  const { package: packages } = document.table;
  for (const [index, one] of (Array.isArray(packages) ? packages : []).entries()) {
    const source = isTable(one) ? one.source : undefined;
    if (typeof source !== "string") continue;
    const [written, read] = [false, true].map((encoded) => parseSourceId(source, { encoded }));
    if (written?.kind !== "git" || read?.kind !== "git") continue;
    const [from, to] = [written.reference, read.reference];
    if (from.kind === "default" || to.kind === "default" || from.name === to.name) continue;
    return diagnostic(
      "lock-reference",
      `Cargo reads the ${from.kind} \`${from.name}\` of this lock as \`${to.name}\``,
      {
        place: {
          ...placeOf(document, ["package", index, "source"]),
          label: "pins nothing: Cargo would look for the newest commit",
        },
        notes: [
          "locks before version 4 have the names of branches and tags as they are, and Cargo decodes them",
        ],
        help: [
          `write \`version = 4\` into \`${document.file}\`, have Cargo write it again, and look at what changed: cargo metadata`,
        ],
      },
    );
  }
  return undefined;
}

type Context = {
  readonly encoded: boolean;
  readonly checksums: ReadonlyMap<string, string>;
  readonly sources: Map<string, SourceId>;
};

const checksumPrefix = "checksum ";

function readLockPackage(table: TomlReader, context: Context): LockPackage {
  const name = table.required("name");
  const version = table.required("version");
  const sourceText = table.string("source");
  const source = sourceText === undefined ? undefined : sourceIn(sourceText, context);
  if (sourceText !== undefined && !source) {
    table.fail(
      "source",
      `\`${name}\` has a source that is not understood`,
      "expected `registry+…`, `sparse+…` or `git+…`",
    );
  }
  const late = context.checksums.get(`${checksumPrefix}${name} ${version} (${sourceText})`);
  const checksum = table.string("checksum") ?? (late === "<none>" ? undefined : late);
  if (checksum !== undefined && !/^[0-9a-f]{64}$/.test(checksum)) {
    table.fail("checksum", `\`${name}\` has a malformed checksum`, "expected 64 hexadecimal digits");
  }
  const replace = table.string("replace");
  return {
    name,
    version,
    ...ifDefined({ source, checksum }),
    dependencies: (table.strings("dependencies") ?? []).map((text) => readDependency(text, table, context)),
    ...(replace !== undefined && { replace: readDependency(replace, table, context) }),
  };
}

/** `name`, `name version`, or `name version (source)`. */
function readDependency(text: string, table: TomlReader, context: Context): LockDependency {
  const [, name, version, sourceText] = /^(\S+)(?: (\S+)(?: \((.+)\))?)?$/.exec(text) ?? [];
  const source = sourceText === undefined ? undefined : sourceIn(sourceText, context);
  if (name === undefined || (sourceText !== undefined && !source)) {
    table.fail(
      "dependencies",
      `the dependency \`${redact(text)}\` is not understood`,
      "expected `name version (source)`",
    );
  }
  return { name: name ?? text, ...ifDefined({ version, source }) };
}

/** Most packages share one source, so each is parsed once. */
function sourceIn(text: string, { encoded, sources }: Context): SourceId | undefined {
  const source = sources.get(text) ?? parseSourceId(text, { encoded });
  if (source) sources.set(text, source);
  return source;
}

function ownComments(text: string): string[] {
  const lines = text.split(/\r?\n/, 50);
  const end = lines.findIndex((line) => !line.startsWith("#"));
  return lines.slice(0, Math.max(0, end)).filter((line) => !cargoComments.has(line));
}

const cargoComments = new Set([
  "# This file is automatically @generated by Cargo.",
  "# It is not intended for manual editing.",
]);

function tooNew(document: TomlDocument, version: number): Diagnostic {
  return diagnostic(
    "lock-version",
    `\`${document.file}\` has version ${version}, which was written by a newer Cargo`,
    {
      place: { ...placeOf(document, ["version"]), label: "versions up to 4 are understood" },
      help: ["update Gantry, or write the lock with the project's own toolchain: cargo update --workspace"],
    },
  );
}
