import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

/** Highest first: a folder imports only from itself and from those after it. */
const folders = [
  "cli",
  "command",
  "eject",
  "shell",
  "engine",
  "cache",
  "units",
  "sandbox",
  "fetch",
  "store",
  "project",
  "crane",
  "derivation",
  "cargo",
  "tree",
  "base",
];
const describing = ["crane", "derivation", "cargo"];
const strangers = ["store", "fetch", "sandbox", "cache"];

const root = join(import.meta.dirname, "../src");
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .sort()
  .map(readSource);

test("every folder has a rank", () => {
  const unranked = files.filter(({ folder }) => folder !== "" && !folders.includes(folder));
  expect(unranked.map(({ file }) => file)).toEqual([]);
});

test("imports go only downward", () => {
  expect(
    imports(({ from, to }) => to.folder !== "" && from.folder !== "" && rank(to.folder) < rank(from.folder)),
  ).toEqual([]);
});

test("only the entry at the top of `src` stands outside the ranks, and nothing imports it", () => {
  expect(files.filter(({ folder }) => folder === "").map(({ file }) => file)).toEqual(
    files.some(({ file }) => file === "gantry.ts") ? ["gantry.ts"] : [],
  );
  expect(imports(({ to }) => to.folder === "" && to.file.endsWith(".ts"))).toEqual([]);
});

test("`store`, `fetch`, `sandbox` and `cache` know each other only by the type `Store`", () => {
  expect(
    imports(({ from, to, typeOnly }) => {
      const both =
        strangers.includes(from.folder) && strangers.includes(to.folder) && from.folder !== to.folder;
      return both && !(typeOnly && to.file === "store/store.ts");
    }),
  ).toEqual([]);
});

test("what describes does not read files or run programs", () => {
  const realising = [
    "node:fs",
    "node:fs/promises",
    "node:child_process",
    "node:net",
    "node:http",
    "execa",
    "tar",
  ];
  const found = files
    .filter(({ folder }) => describing.includes(folder))
    .flatMap(({ file, imports }) =>
      imports.filter(({ to }) => realising.includes(to)).map(({ to }) => `${file}: ${to}`),
    );
  expect(found).toEqual([]);
});

test("only the command line prints, exits, or reads its arguments", () => {
  const forbidden = /\bconsole\.\w|\bprocess\.(?:exit|exitCode|argv|stdout|stderr|stdin)\b/;
  const found = files
    .filter(({ folder, code }) => folder !== "cli" && forbidden.test(code))
    .map(({ file }) => file);
  expect(found).toEqual([]);
});

test("no file imports itself, however far around", () => {
  expect(cycles()).toEqual([]);
});

test("no file is longer than 400 lines", () => {
  expect(files.filter(({ lines }) => lines > 400).map(({ file, lines }) => `${file}: ${lines}`)).toEqual([]);
});

type SourceFile = {
  /** Relative to `src`. */
  readonly file: string;
  /** Its folder at the top of `src`, or nothing. */
  readonly folder: string;
  readonly lines: number;
  /** Without comments and strings. */
  readonly code: string;
  readonly imports: readonly { readonly to: string; readonly typeOnly: boolean }[];
};

type Edge = {
  readonly from: SourceFile;
  readonly to: Pick<SourceFile, "file" | "folder">;
  readonly typeOnly: boolean;
};

function readSource(file: string): SourceFile {
  const text = readFileSync(join(root, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const imports: { to: string; typeOnly: boolean }[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const to = specifier.startsWith(".") ? relative(root, join(root, dirname(file), specifier)) : specifier;
    imports.push({ to, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, importsOnlyTypes(node));
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier && ts.isStringLiteral(specifier)) add(specifier.text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return {
    file,
    folder: folderOf(file),
    lines: text.trimEnd().split("\n").length,
    code: codeOf(source),
    imports,
  };
}

function importsOnlyTypes({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = importClause;
  return (
    !name &&
    !!namedBindings &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((e) => e.isTypeOnly)
  );
}

/** The words of a file without its comments and strings, which may speak of what the code must not do. */
function codeOf(source: ts.SourceFile): string {
  const words: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) words.push(node.getText(source).replaceAll(/\s/g, ""));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return words.join("\n");
}

function folderOf(file: string): string {
  return file.includes("/") ? (file.split("/")[0] ?? "") : "";
}

function rank(folder: string): number {
  return folders.indexOf(folder);
}

/** Imports within `src` of which something is wrong, as `from -> to`. */
function imports(wrong: (edge: Edge) => boolean): readonly string[] {
  return files.flatMap((from) =>
    from.imports
      .filter(({ to }) => to.endsWith(".ts"))
      .filter(({ to, typeOnly }) => wrong({ from, to: { file: to, folder: folderOf(to) }, typeOnly }))
      .map(({ to }) => `${from.file} -> ${to}`),
  );
}

/** Import cycles; types are gone at run time and may refer to each other. */
function cycles(): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at !== -1) found.push([...path.slice(at), file].join(" -> "));
    if (at !== -1 || done.has(file)) return;
    for (const { to, typeOnly } of byName.get(file)?.imports ?? []) if (!typeOnly) visit(to, [...path, file]);
    done.add(file);
  };
  const byName = new Map(files.map((source) => [source.file, source]));
  for (const { file } of files) visit(file, []);
  return found;
}
