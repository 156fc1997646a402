import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/**
 * Counts the files of `src` that one has to open to follow five journeys through the code: those in which a function
 * was executed (`NODE_V8_COVERAGE`), in real builds of a small project. `docs`: ARCHITECTURE.md has the figures.
 *
 *     node scripts/journeys.ts [CLONE] [--files]
 *
 * CLONE: another clone to count in, for example of an earlier commit [default: this one]. `--files` lists them.
 */
const listed = process.argv.includes("--files");
const root = resolve(
  process.argv.slice(2).find((word) => !word.startsWith("-")) ?? join(import.meta.dirname, ".."),
);
const src = join(root, "src");
const work = mkdtempSync(join(tmpdir(), "journeys-"));
const env = { ...process.env, XDG_CACHE_HOME: join(work, "cache"), NODE_DISABLE_COMPILE_CACHE: "1" };

type Coverage = {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
};

try {
  const plain = join(work, "plain");
  newProject(plain, 'itoa = "1"');
  gantry(plain, ["build"]);
  const noop = gantry(plain, ["build"]);
  writeFiles(plain, { "src/main.rs": 'fn main() { println!("edited"); }\n' });
  const edit = gantry(plain, ["build"]);
  writeFiles(plain, { "build.rs": 'fn main() { std::process::Command::new("cmake").status().unwrap(); }\n' });
  const failure = gantry(plain, ["build"], 1);
  rmSync(join(plain, "build.rs"));

  const library = join(work, "library");
  writeFiles(library, { "Cargo.toml": manifest("library"), "src/lib.rs": "" });
  for (const words of [
    ["init", "-q"],
    ["add", "."],
    ["commit", "-qm", "first"],
  ])
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...words], { cwd: library });
  const withGit = join(work, "with-git");
  newProject(withGit, `library = { git = "file://${library}" }`);
  const vendored = gantry(withGit, ["vendor", join(work, "vendored")]);

  writeFiles(plain, { "migrations/1.sql": "", "gantry.config.ts": configuration() });
  const described = gantry(plain, ["graph"]);

  journey("no-op build", "all", noop);
  journey(
    "a unit's key",
    "`units`, `engine` and `cargo`, reached from the functions that make keys",
    inKeys(edit),
  );
  journey(
    "explanation of a failed build",
    "beyond those of a build that succeeds",
    difference(failure, edit),
  );
  journey("vendoring a git dependency", "`fetch` and `store`", inFolders(vendored, ["fetch", "store"]));
  journey(
    "a configuration's way to derivations",
    "all but `cli`",
    difference(described, inFolders(described, ["cli"])),
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}

function journey(name: string, which: string, files: ReadonlySet<string>): void {
  console.log(`${String(files.size).padStart(4)}  ${name} (${which})`);
  if (listed) for (const file of [...files].sort()) console.log(`        ${file}`);
}

/** Runs Gantry from its source, and gives the files of which a function was executed. */
function gantry(cwd: string, words: readonly string[], status = 0): ReadonlySet<string> {
  const coverage = mkdtempSync(join(work, "coverage-"));
  const main = join(src, "cli/main.ts");
  const ran = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...words], {
    cwd,
    env: { ...env, NODE_V8_COVERAGE: coverage },
    encoding: "utf8",
  });
  if (ran.status !== status) throw new Error(`gantry ${words.join(" ")}: exit ${ran.status}\n${ran.stderr}`);
  const scripts = readdirSync(coverage).flatMap((name): Coverage["result"] => {
    const read: Coverage = JSON.parse(readFileSync(join(coverage, name), "utf8"));
    return read.result.filter(({ url }) => url.startsWith(`file://${src}/`));
  });
  // The first function of a script is the module itself, which runs when it is loaded.
  const executed = scripts.filter(({ functions }) =>
    functions.slice(1).some(({ ranges }) => (ranges[0]?.count ?? 0) > 0),
  );
  return new Set(executed.map(({ url }) => relative(src, fileURLToPath(url))));
}

/** Of the executed files, those that the functions which make a unit's key lead to by imports that are there at run time. */
function inKeys(executed: ReadonlySet<string>): ReadonlySet<string> {
  const makesKeys =
    /^export (?:async )?function (?:baseKey|localKey|readsOf|environmentOf|cargoSettingsIn)\b/m;
  const files = inFolders(executed, ["units", "engine", "cargo"]);
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (!files.has(file) || reached.has(file)) return;
    reached.add(file);
    for (const to of importsOf(file)) follow(to);
  };
  for (const file of files) if (makesKeys.test(readFileSync(join(src, file), "utf8"))) follow(file);
  return reached;
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(src, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    if (statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
    const to = join(dirname(join(src, file)), statement.moduleSpecifier.text);
    return existsSync(to) ? [relative(src, to)] : [];
  });
}

function inFolders(files: ReadonlySet<string>, folders: readonly string[]): ReadonlySet<string> {
  return new Set([...files].filter((file) => folders.includes(file.split("/")[0] ?? "")));
}

function difference(files: ReadonlySet<string>, others: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...files].filter((file) => !others.has(file)));
}

function newProject(at: string, dependency: string): void {
  writeFiles(at, { "Cargo.toml": manifest("app", dependency), "src/main.rs": "fn main() {}\n" });
  execFileSync("cargo", ["generate-lockfile"], { cwd: at, stdio: "ignore" });
}

function manifest(name: string, dependency = ""): string {
  return `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n${dependency}\n`;
}

/** The README's. */
function configuration(): string {
  return `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, pkgs }) => {
  const src = fileset.union(crane.cleanCargoSource("."), fileset.include("migrations/**"));
  const common = { src, nativeBuildInputs: [pkgs.pkgConfig], buildInputs: [pkgs.openssl] };
  const cargoArtifacts = crane.buildDepsOnly(common);
  return {
    packages: { default: crane.buildPackage({ ...common, cargoArtifacts }) },
    checks: { clippy: crane.cargoClippy({ ...common, cargoArtifacts }), fmt: crane.cargoFmt({ src }) },
  };
});
`;
}

function writeFiles(at: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), text);
  }
}
