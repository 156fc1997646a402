import { mapTable, unlessEmpty, without } from "../table.ts";
import { isTable, type TomlValue } from "../toml.ts";
import { packageFacts } from "./packageFacts.ts";
import { reduceDependencies } from "./reduceDependencies.ts";
import { sortedSet } from "./sortedSet.ts";

/** What a workspace's packages take from its root. */
export type Inheritance = {
  /** The dependencies that one of them inherits; others have no effect. */
  readonly dependencies: ReadonlySet<string>;
  /** One of them stays as it is, with all fields and lints that it inherits. */
  readonly everything: boolean;
};

/** `[workspace]` without what concerns only the project's own code. */
export function reduceWorkspace(workspace: TomlValue, inherited: Inheritance): TomlValue {
  if (!isTable(workspace)) return workspace;
  return mapTable(workspace, (value, key) => {
    if (key === "metadata") return undefined;
    if (key === "lints") return inherited.everything ? value : undefined;
    if (key === "members" || key === "exclude" || key === "default-members") return sortedSet(value);
    if (!isTable(value)) return value;
    if (key === "package") return inherited.everything ? value : unlessEmpty(without(value, packageFacts));
    if (key !== "dependencies") return value;
    const used = mapTable(value, (entry, name) => (inherited.dependencies.has(name) ? entry : undefined));
    return unlessEmpty(reduceDependencies(used));
  });
}
