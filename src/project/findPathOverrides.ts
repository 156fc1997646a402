import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { isInside } from "../base/paths.ts";
import { type PathOverride, pathOverrides } from "../cargo/config/pathOverrides.ts";
import { isTable, parseToml, type TomlDocument } from "../cargo/toml/toml.ts";
import { type Project, readCargoConfigs } from "./findProject.ts";
import { isIgnoredByGit, repositoryOf } from "./gitRules.ts";

/**
 * What persisted overrides do to a build: `errors` break it for everybody, `warnings` concern this machine.
 */
type FoundOverrides = {
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
};

/**
 * Finds what in Cargo's configuration files (the project's, those of the directories above it, that of
 * `CARGO_HOME`, and what they include) replaces a dependency by something outside the project.
 *
 * An error (`path-override`) is a `[patch]` or `paths` in a file of the project's repository, which others
 * get too. In a file that git ignores, or that belongs to this machine, it is a warning: a build does not see
 * that file, so it takes what `Cargo.lock` says where plain Cargo takes the local path. A `[source]` is a
 * warning, and only in the project's own files: a build takes crates by the lock's checksums wherever they
 * come from, but plain Cargo fails for others.
 *
 * A path inside the project is no override in this sense: it is built like any other file of the project.
 */
export function findPathOverrides(project: Project): FoundOverrides {
  const source = project.configuration === undefined ? project.root : dirname(project.configuration);
  const documents = readCargoConfigs(project.cargoConfigs, project.root)
    .filter(({ text }) => /patch|paths|source/.test(text))
    .flatMap(({ file, shown, text }) => {
      const document = parseToml(shown, text);
      return document.ok ? [{ file, document: document.value }] : [];
    });
  const errors: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const used = new Set(documents.flatMap(({ document }) => replacements(document)));
  for (const { file, document } of documents) {
    const base = dirname(dirname(file));
    const outside = pathOverrides(document, base).filter(({ path }) => !isInside(path, source));
    if (outside.length === 0) continue;
    const owner = ownerOf(file, source);
    for (const override of outside) {
      const typed = base === project.root ? override.written : override.path;
      const described = describe(override, document, { owner, typed: typed.replace(/^file:\/\//, "") });
      if (override.kind === "source") {
        if (owner === "project" && used.has(override.name)) warnings.push(described);
      } else {
        (owner === "project" ? errors : warnings).push(described);
      }
    }
  }
  return { errors, warnings };
}

type Owner = "project" | "ignored" | "machine";

function ownerOf(file: string, source: string): Owner {
  if (!isInside(file, repositoryOf(source) ?? source)) return "machine";
  return isIgnoredByGit(file) ? "ignored" : "project";
}

type How = {
  readonly owner: Owner;
  /** The path as one would type it at the project's root. */
  readonly typed: string;
};

function describe(override: PathOverride, { file }: TomlDocument, { owner, typed }: How): Diagnostic {
  const { kind, name, written } = override;
  const does = {
    patch: `patches \`${name}\` with a path outside the project`,
    paths: "overrides packages with a path outside the project",
    source: `takes the crates of \`${name}\` from outside the project`,
  }[kind];
  const there = existsSync(override.path);
  const local = there
    ? `it works here because \`${written}\` exists on this machine`
    : `\`${written}\` does not exist`;
  const unseen = {
    project: [],
    ignored: [
      `git ignores \`${file}\`, so a hermetic build does not see it, and builds what \`Cargo.lock\` says`,
    ],
    machine: [`a hermetic build does not see \`${file}\`, and builds what \`Cargo.lock\` says`],
  }[owner];
  const dependency = kind === "patch" ? name : basename(override.path);
  const help =
    kind === "source"
      ? "move it to `~/.cargo/config.toml`, where it concerns nobody else"
      : `remove the line, and when you need it: gantry with ${dependency}=${typed} -- cargo build`;
  return diagnostic("path-override", `\`${file}\` ${does}`, {
    place: { ...override.place(), label: "not visible to a hermetic build" },
    notes: [local, ...unseen],
    help: [help],
  });
}

/** The names of sources that stand in for others; a source that none is replaced by is not used. */
function replacements(document: TomlDocument): string[] {
  const { source } = document.table;
  return Object.values(isTable(source) ? source : {}).flatMap((entry) => {
    const target = isTable(entry) ? entry["replace-with"] : undefined;
    return typeof target === "string" ? [target] : [];
  });
}
