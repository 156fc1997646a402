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
  "oci",
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
  const reads = (to: string) => realising.includes(to) || folderOf(to) === "tree";
  const found = files
    .filter(({ folder }) => describing.includes(folder))
    .flatMap(({ file, imports }) => imports.filter(({ to }) => reads(to)).map(({ to }) => `${file}: ${to}`));
  expect(found).toEqual([]);
});

test("only the command line prints, exits, or reads its arguments", () => {
  const forbidden = /\bconsole\.\w|\bprocess\.(?:exit|exitCode|argv|stdout|stderr|stdin)\b/;
  const found = files
    .filter(({ folder, code }) => folder !== "cli" && forbidden.test(code))
    .map(({ file }) => file);
  expect(found).toEqual([]);
});

test("no file imports itself, however far around, not even for a type", () => {
  expect(cycles(new Map(files.map(({ file, imports }) => [file, imports.map(({ to }) => to)])))).toEqual([]);
});

test("no folder imports itself by way of others, its own folders among them", () => {
  const imported = new Map<string, Set<string>>();
  for (const { file, imports } of files) {
    const from = dirname(file);
    const others = imports.map(({ to }) => dirname(to)).filter((to) => to !== from && to !== ".");
    imported.set(from, new Set([...(imported.get(from) ?? []), ...others]));
  }
  expect(cycles(imported)).toEqual([]);
});

test("a folder has at most 15 entries", () => {
  const entries = new Map<string, Set<string>>();
  for (const { file } of files) {
    const parts = file.split("/");
    parts.slice(1).forEach((part, depth) => {
      const folder = parts.slice(0, depth + 1).join("/");
      entries.set(folder, (entries.get(folder) ?? new Set()).add(part));
    });
  }
  const full = [...entries].filter(([, { size }]) => size > 15);
  expect(full.map(([folder, { size }]) => `${folder}: ${size}`)).toEqual([]);
});

test("a file is a subject: none is over 400 lines, none under 40 lives beside its only user", () => {
  const users = (file: string) => files.filter(({ imports }) => imports.some(({ to }) => to === file));
  const fragments = files.filter(({ file, lines }) => {
    const [user, ...others] = users(file);
    return lines < 40 && user && others.length === 0 && dirname(user.file) === dirname(file);
  });
  expect(files.filter(({ lines }) => lines > 400).map(({ file, lines }) => `${file}: ${lines}`)).toEqual([]);
  expect(fragments.map(({ file }) => `${file} belongs into ${users(file)[0]?.file}`)).toEqual([]);
});

test("what a file exports, another file names", () => {
  const code = ["src", "test", "scripts", "bench"].flatMap((folder) => {
    const directory = join(root, "..", folder);
    const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
    return names.filter((name) => /\.m?ts$/.test(name)).map((name) => join(directory, name));
  });
  const naming = new Map<string, number>();
  for (const file of code)
    for (const word of new Set(readFileSync(file, "utf8").match(/[\w$]+/g)))
      naming.set(word, (naming.get(word) ?? 0) + 1);
  const written = files.filter(({ file }) => !file.endsWith("_pb.ts"));
  const unused = written.flatMap(({ file, exports }) =>
    exports.filter((name) => naming.get(name) === 1).map((name) => `${file}: ${name}`),
  );
  expect(unused).toEqual([]);
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
  /** The names that it declares for others. */
  readonly exports: readonly string[];
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
    exports: source.statements.flatMap(exportedNames),
  };
}

function exportedNames(statement: ts.Statement): readonly string[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported) return [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
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

/** The ways around, each once, in a graph of names. */
function cycles(graph: ReadonlyMap<string, Iterable<string>>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const at = path.indexOf(name);
    if (at !== -1) found.push([...path.slice(at), name].join(" -> "));
    if (at !== -1 || done.has(name)) return;
    for (const to of graph.get(name) ?? []) visit(to, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, []);
  return found;
}
