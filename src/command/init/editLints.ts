import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { canonicalToml, isTable, parseToml, type TomlTable, type TomlValue } from "../../cargo/toml/toml.ts";

// Additions to the lints of a manifest, as text. Each only inserts: comments and formatting stay as they are.

/** Where a manifest has its lints: its own, or those that members of its workspace inherit. */
type LintsTable = "lints" | "workspace.lints";

/**
 * The manifest with Clippy's group `pedantic` as warnings; the same text where the group has a level already, whichever.
 * The priority lets single lints be allowed again.
 *
 * Errors: `toml-syntax`; `lints-edit`, where there is no place for it.
 *
 * @param file the manifest's name in diagnostics
 * @example
 * withPedantic("Cargo.toml", '[package]\nname = "a"\n', "lints")
 * // '[package]\nname = "a"\n\n[lints.clippy]\npedantic = { level = "warn", priority = -1 }\n'
 */
export function withPedantic(file: string, text: string, table: LintsTable): Result<string> {
  const value = '{ level = "warn", priority = -1 }';
  return withPair(file, text, { path: [...table.split("."), "clippy"], key: "pedantic", value });
}

/**
 * The manifest of a member without lints of its own, inheriting those of its workspace.
 *
 * Errors: `toml-syntax`; `lints-edit`.
 */
export function inheritingLints(file: string, text: string): Result<string> {
  return withPair(file, text, { path: ["lints"], key: "workspace", value: "true" });
}

/** A value to be added to the table at `path`. */
type Addition = { readonly path: readonly string[]; readonly key: string; readonly value: string };

function withPair(file: string, text: string, addition: Addition): Result<string> {
  const before = parseToml(file, text);
  if (!before.ok) return before;
  const full = [...addition.path, addition.key];
  if (valueAt(before.value.table, full) !== undefined) return ok(text);
  const edited = insert(text, addition);
  const after = edited === undefined ? undefined : parseToml(file, edited);
  const saysTheRest = after?.ok && said(without(after.value.table, full)) === said(before.value.table);
  if (edited !== undefined && saysTheRest) return ok(edited);
  return err(
    diagnostic("lints-edit", `\`${file}\` has its lints in a form that cannot be added to`, {
      help: [`add this yourself: ${full.join(".")} = ${addition.value}`],
    }),
  );
}

function valueAt(table: TomlTable, path: readonly string[]): TomlValue | undefined {
  return path.reduce<TomlValue | undefined>((at, name) => (isTable(at) ? at[name] : undefined), table);
}

function without(table: TomlTable, [name = "", ...rest]: readonly string[]): TomlTable {
  const { [name]: inner, ...others } = table;
  return rest.length === 0 || !isTable(inner) ? others : { ...others, [name]: without(inner, rest) };
}

/** A table as text that does not show how it was written. One that is empty says nothing. */
function said(table: TomlTable): string {
  const filled = (value: TomlTable): TomlTable =>
    Object.fromEntries(
      Object.entries(value).flatMap(([name, each]) => {
        const inner = isTable(each) ? filled(each) : each;
        return isTable(inner) && Object.keys(inner).length === 0 ? [] : [[name, inner]];
      }),
    );
  return canonicalToml(filled(table));
}

/** Undefined for a text that one of the two parsers cannot read. */
function insert(text: string, addition: Addition): string | undefined {
  // The mark of the byte order is no part of what is parsed.
  const start = text.startsWith("\ufeff") ? 1 : 0;
  let nodes: Nodes;
  try {
    nodes = parseTOML(text.slice(start), { tomlVersion: "1.1.0" }).body[0].body;
  } catch (thrown) {
    if (thrown instanceof ParseError) return undefined;
    throw thrown;
  }
  const document = { text: text.slice(start), pairs: pairsOf(nodes), tables: nodes.filter(isStandard) };
  const { at, added } =
    intoInlineTable(document, addition) ??
    belowHeader(document, addition) ??
    besideDottedKeys(document, addition) ??
    asTable(document, addition);
  return text.slice(0, start + at) + added + text.slice(start + at);
}

type Nodes = AST.TOMLTopLevelTable["body"];
type Insertion = { readonly at: number; readonly added: string };

/** A key and its value that stand on lines of their own, and the table whose header they stand below. */
type Pair = { readonly node: AST.TOMLKeyValue; readonly table: Path; readonly full: Path };
type Path = readonly string[];

type Document = {
  readonly text: string;
  readonly pairs: readonly Pair[];
  readonly tables: readonly AST.TOMLTable[];
};

function isStandard(node: Nodes[number]): node is AST.TOMLTable {
  return node.type === "TOMLTable" && node.kind === "standard";
}

function pathOf(table: AST.TOMLTable): Path {
  return table.resolvedKey.map(String);
}

function pairsOf(nodes: Nodes): Pair[] {
  return nodes.flatMap((node) => {
    const table = node.type === "TOMLTable" ? pathOf(node) : [];
    const pairs = node.type === "TOMLTable" ? node.body : [node];
    return pairs.map((pair) => ({ node: pair, table, full: [...table, ...keysOf(pair)] }));
  });
}

function keysOf({ key }: AST.TOMLKeyValue): Path {
  return key.keys.map((each) => (each.type === "TOMLBare" ? each.name : each.value));
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((name, index) => path[index] === name);
}

/** `lints = { … }` or `clippy = { … }`: the innermost such table. */
function intoInlineTable({ pairs }: Document, { path, key, value }: Addition): Insertion | undefined {
  let found: { readonly table: AST.TOMLInlineTable; readonly rest: Path } | undefined;
  const look = (node: AST.TOMLKeyValue, full: Path): void => {
    if (node.value.type !== "TOMLInlineTable" || !startsWith(path, full)) return;
    found = { table: node.value, rest: path.slice(full.length) };
    for (const inner of node.value.body) look(inner, [...full, ...keysOf(inner)]);
  };
  for (const { node, full } of pairs) look(node, full);
  if (!found) return undefined;
  const { table, rest } = found;
  const pair = `${[...rest, key].join(".")} = ${value}`;
  const last = table.body.at(-1);
  return last ? { at: last.range[1], added: `, ${pair}` } : { at: table.range[0] + 1, added: ` ${pair} ` };
}

/** `[lints.clippy]`: after its last line. */
function belowHeader({ text, tables }: Document, { path, key, value }: Addition): Insertion | undefined {
  const table = tables.find((each) => pathOf(each).join("\n") === path.join("\n"));
  if (!table) return undefined;
  const last = table.body.at(-1);
  const indent = last ? indentOf(text, last.range[0]) : "";
  return afterLine(text, last?.range[1] ?? headerEnd(table), [`${indent}${key} = ${value}`]);
}

/** `clippy.all = "warn"` below `[lints]`: after the last that is like it. */
function besideDottedKeys({ text, pairs }: Document, { path, key, value }: Addition): Insertion | undefined {
  const beside = pairs.findLast(
    ({ table, full }) => table.length < path.length && full.length > path.length && startsWith(full, path),
  );
  if (!beside) return undefined;
  const { node, table } = beside;
  const pair = `${[...path.slice(table.length), key].join(".")} = ${value}`;
  return afterLine(text, node.range[1], [`${indentOf(text, node.range[0])}${pair}`]);
}

/** A table of its own: after the last that is about the same, else at the end. */
function asTable({ text, tables }: Document, { path, key, value }: Addition): Insertion {
  const family = path.length > 1 ? path.slice(0, path[0] === "workspace" ? 1 : -1) : path;
  const beside = tables.findLast((each) => startsWith(pathOf(each), family));
  const lines = ["", `[${path.join(".")}]`, `${key} = ${value}`];
  if (beside) return afterLine(text, beside.body.at(-1)?.range[1] ?? headerEnd(beside), lines);
  if (text.trim() === "") return { at: text.length, added: lines.slice(1).join("\n") };
  const end = lineBreakOf(text);
  const open = /\n$/.test(text) ? "" : end;
  const isApart = /\n[ \t]*\r?\n$/.test(text);
  return { at: text.length, added: `${open}${lines.slice(isApart ? 1 : 0).join(end)}${end}` };
}

/** The bracket that closes a table's header: the header's own keys end before it. */
function headerEnd(table: AST.TOMLTable): number {
  return table.key.range[1];
}

/** After the line that `offset` lies in, and the comments that follow it at once, unless they belong to the next table. */
function afterLine(text: string, offset: number, lines: readonly string[]): Insertion {
  const end = lineBreakOf(text);
  const first = text.indexOf("\n", offset);
  let at = first;
  while (at !== -1 && /^[ \t]*#/.test(text.slice(at + 1))) at = text.indexOf("\n", at + 1);
  if (at !== -1 && /^[ \t]*\[/.test(text.slice(at + 1))) at = first;
  if (at === -1) return { at: text.length, added: lines.map((line) => end + line).join("") + end };
  return { at: at + 1, added: lines.map((line) => line + end).join("") };
}

function indentOf(text: string, offset: number): string {
  return /[ \t]*$/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset))?.[0] ?? "";
}

/** As the text has them, by its first line. */
function lineBreakOf(text: string): string {
  return text.charAt(text.indexOf("\n") - 1) === "\r" ? "\r\n" : "\n";
}
