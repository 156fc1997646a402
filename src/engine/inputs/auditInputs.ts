import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { type Diagnostic, diagnostic, placeAt } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { isTable, parseToml, type TomlDocument } from "../../cargo/toml/toml.ts";
import type { AdvisoryDatabase, Filter, Outline, Source } from "../../derivation/model.ts";
import { describeInput, inWorkspace } from "../../derivation/steps.ts";
import type { Store } from "../../store/store.ts";
import { type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import { textOf } from "../../tree/files.ts";
import { walk } from "../../tree/walk.ts";
import { type InputContext, type OutputOf, placement, type ResolvedInput } from "./resolvedInput.ts";
import { originOf, scanned } from "./source.ts";
import { treeDigestOf } from "./tree.ts";

/**
 * What a tool needs of a source that reads the lock and the manifests: those files as they are, and code without its text,
 * for Cargo wants each target to be there.
 *
 * Errors: those of `scanned`; `toml-syntax` and `advisory-db-other`, for the tool's own settings.
 */
export async function resolveOutline(
  context: InputContext,
  outline: Outline,
): Promise<Result<ResolvedInput>> {
  const source = withLicences(outline.of);
  const files = scanned(context, source);
  if (!files.ok) return files;
  const origin = originOf(context, source);
  const kept = files.value.flatMap((file) => outlined(file, outline.for) ?? []);
  const textAt = (path: string): string => {
    const from = kept.some((file) => file.path === path) ? origin(path) : "";
    return typeof from === "string" ? (textOf(from) ?? "") : from.toString();
  };
  const written = new Map<string, string>();
  for (const path of settings(outline, kept)) {
    const parsed = parseToml(path, textAt(path));
    if (!parsed.ok) return parsed;
    const other = outline.for === "advisories" ? otherDatabase(parsed.value) : undefined;
    if (other) return err(other);
    if (outline.for === "audit" && !("output" in parsed.value.table))
      written.set(path, `${parsed.value.text}${showsTree}`);
  }
  const tree = [
    ...kept.filter(({ path }) => !written.has(path)),
    ...[...written].map(
      ([path, text]): TreeFile => ({ type: "file", path, digest: digestOf(text), executable: false }),
    ),
  ];
  const contentOf = (file: TreeFile) => {
    const text = written.get(file.path);
    if (text !== undefined) return Buffer.from(text);
    return isEmptied(file) ? Buffer.alloc(0) : origin(file.path);
  };
  return ok({
    digest: treeDigest(tree),
    place: async () => placement(context, await context.store.compose(tree, contentOf)),
    reducedTo: async () => tree,
  });
}

/** Where cargo-deny looks for the database that it is given, whoever brought it. */
const usualDatabase = /^https:\/\/github\.com\/rustsec\/advisory-db\/?$/i;

/** cargo-deny finds a database by the address that it would clone, below the directory that it would clone to (0.20). */
function otherDatabase({ file, text, table }: TomlDocument): Diagnostic | undefined {
  const settings = isTable(table.advisories) ? table.advisories : {};
  const urls = Array.isArray(settings["db-urls"]) ? settings["db-urls"].map(String) : [];
  const isOther = urls.length > 1 || urls.some((url) => !usualDatabase.test(url));
  const key = isOther ? "db-urls" : "db-path" in settings ? "db-path" : undefined;
  if (key === undefined) return undefined;
  const at = text.search(new RegExp(`^[ \\t]*"?${key}"?[ \\t]*=`, "m"));
  const start = at === -1 ? 0 : at + (/^[ \t]*/.exec(text.slice(at))?.[0].length ?? 0);
  return diagnostic("advisory-db-other", `\`${file}\` has cargo-deny look for another database`, {
    place: placeAt(file, text, start, key.length),
    notes: ["it is given the `advisory-db` of the configuration, and no network to fetch another one"],
    help: [
      `remove \`${key}\`: which database there is, \`gantry.config.ts\` says`,
      "cargo-deny beside Gantry takes the same by its default",
    ],
    status: 2,
  });
}

/** The tool's own files among those of a source; of cargo-audit also the one that it would look for. */
function settings({ of, for: tool }: Outline, files: readonly TreeFile[]): ReadonlySet<string> {
  const paths = files.map(({ path }) => path).filter((path) => settingsOf[tool].test(path));
  return new Set(tool === "audit" ? [...paths, inWorkspace(of, ".cargo/audit.toml")] : paths);
}

/**
 * Has cargo-audit show the way from the packages to the crate, which is its default only where there is such a table (0.22).
 */
const showsTree = "\n[output]\nquiet = false\n";

/** Licences are no code, and so no part of most sources. */
function withLicences(source: Source): Source {
  const licences: Filter = { kind: "where", keep: (path) => licence.test(path) };
  return { ...source, filter: { kind: "union", of: [source.filter, licences] } };
}

/** What cargo-deny 0.20 takes for the text of a licence. */
const licence = /(^|\/)(licen[cs]e|copying|copyright|unlicense|notice)[^/]*$/i;

/** By their names: cargo-audit 0.22, cargo-deny 0.20. */
const settingsOf = {
  audit: /(^|\/)audit\.toml$/,
  deny: /(^|\/)\.?deny[^/]*\.toml$/,
  advisories: /(^|\/)\.?deny[^/]*\.toml$/,
} as const;

const cargoFiles = /(^|\/)(Cargo\.toml|\.cargo\/[^/]+)$/;

function outlined(file: TreeFile, tool: Outline["for"]): TreeFile | undefined {
  if (/(^|\/)Cargo\.lock$/.test(file.path) || settingsOf[tool].test(file.path)) return file;
  if (tool === "audit") return undefined;
  if (file.type === "symlink" || cargoFiles.test(file.path) || licence.test(file.path)) return file;
  return file.type === "file" && posix.extname(file.path) === ".rs" ? { ...file, ...emptied } : undefined;
}

const emptied = { digest: digestOf(""), executable: false };

function isEmptied(file: TreeFile): boolean {
  return file.type === "file" && file.digest === emptied.digest;
}

/**
 * A database of advisories. Its age is told each time and is in no key: what a step says of a lock by a database is the same
 * on every day.
 *
 * Errors: `advisory-db-invalid`; those of `treeDigestOf`.
 */
export async function resolveAdvisories(
  context: InputContext,
  database: AdvisoryDatabase,
  outputOf: OutputOf,
): Promise<Result<ResolvedInput>> {
  const { store, emit } = context;
  const tree = await treeDigestOf(context, database.of, outputOf);
  if (!tree.ok) return tree;
  const newest = store.records.get("advisories", tree.value) ?? newestIn(store, tree.value);
  const called = describeInput(database.of);
  if (newest === undefined)
    return err(noDatabase(called, existsSync(join(store.pathOf(tree.value), "crates"))));
  store.records.set("advisories", tree.value, newest);
  const days = Math.floor((Date.now() - Date.parse(newest)) / 86_400_000);
  if (days > oldAfter) emit({ type: "warning", diagnostic: isOld(called, newest, days) });
  return ok({ digest: tree.value, place: async () => placement(context, tree) });
}

/** In days: when cargo-audit and cargo-deny call a database stale. */
const oldAfter = 90;

/** The day of the newest advisory; undefined where there is none. */
function newestIn(store: Store, tree: Digest): string | undefined {
  const root = join(store.pathOf(tree), "crates");
  if (!existsSync(root)) return undefined;
  const days = [...walk(root)].flatMap(({ path, type }) => {
    if (type !== "file" || !/\.(md|toml)$/.test(path)) return [];
    const text = readFileSync(join(root, path), "utf8");
    return /^\s*date\s*=\s*"(\d{4}-\d{2}-\d{2})"/m.exec(text)?.[1] ?? [];
  });
  return days.sort().at(-1);
}

function noDatabase(called: string, hasCrates: boolean): Diagnostic {
  return diagnostic("advisory-db-invalid", `\`advisory-db\` (${called}) is no database of advisories`, {
    notes: [
      hasCrates
        ? "its directory `crates` has no advisory in it: `crates/NAME/ID.md`"
        : "it has no directory `crates`, in which a database has its advisories: `crates/NAME/ID.md`",
    ],
    help: ["the database of RustSec is https://github.com/rustsec/advisory-db"],
    status: 2,
  });
}

function isOld(called: string, newest: string, days: number): Diagnostic {
  return diagnostic(
    "advisory-db-old",
    `the newest advisory of \`advisory-db\` (${called}) is ${days} days old`,
    {
      notes: [`it is of ${newest}: what was found since, no check knows`],
      help: ["name a newer commit: git ls-remote https://github.com/rustsec/advisory-db HEAD"],
    },
  );
}
