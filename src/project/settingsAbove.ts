import { backticked } from "../base/diagnostic.ts";
import { isInside } from "../base/paths.ts";
import { isTable, omitKeys, parseToml, type TomlTable } from "../cargo/toml/toml.ts";
import { type Project, readCargoConfigs } from "./findProject.ts";
import { isIgnoredByGit, repositoryOf } from "./gitRules.ts";

/**
 * What is to be said of those of Cargo's settings that belong to the project's repository and lie above its sources: plain
 * Cargo obeys them, and no build sees them. Of files outside the repository, and of those that git ignores, nothing is
 * said, since nobody else has them; nor of what a build takes from there (`[registries]`), of path overrides
 * (`findPathOverrides`), and of what changes no result, such as `build.jobs`.
 *
 * @param sources where the sources of its builds begin, absolute
 */
export function notesOfSettingsAbove(project: Project, sources: readonly string[]): readonly string[] {
  const repository = repositoryOf(project.root);
  if (repository === undefined) return [];
  const seen = [project.root, ...sources];
  const above = project.cargoConfigs.filter(
    (file) => isInside(file, repository) && !seen.some((directory) => isInside(file, directory)),
  );
  return readCargoConfigs(above, project.root).flatMap(({ file, shown, text }) => {
    const document = parseToml(shown, text);
    const names = document.ok ? unseenTables(document.value.table) : [];
    if (names.length === 0 || isIgnoredByGit(file)) return [];
    return [
      `\`${shown}\` lies above the project, so that no build sees its ${backticked(names)}, which plain Cargo obeys; to have it: move it to \`.cargo/config.toml\` of the project`,
    ];
  });
}

/** The tables of settings that may change what is compiled. */
const tables = ["build", "env", "host", "profile", "target", "unstable"];

/** Of `[build]`, what says where and how fast. */
const places: ReadonlySet<string> = new Set(["build-dir", "incremental", "jobs", "target-dir"]);

function unseenTables(settings: TomlTable): string[] {
  return tables
    .filter((name) => {
      const table = settings[name];
      return isTable(table) && Object.keys(name === "build" ? omitKeys(table, places) : table).length > 0;
    })
    .map((name) => `[${name}]`);
}
