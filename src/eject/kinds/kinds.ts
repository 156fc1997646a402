// eject: files that are written from a description, for those who do not have Gantry.

import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join, posix } from "node:path";
import { ciServices, type MakeFiles, repositoryRoot } from "../ejectedFile.ts";

/** Something that `gantry eject` writes. */
export type EjectKind = {
  readonly name: string;
  /** For the help, after `to write`. */
  readonly summary: string;
  /** What the paths are relative to. */
  readonly at: "repository" | "project";
  /** All that it may write; of a name with `*`, all files of that form. */
  readonly paths: readonly string[];
  /** What `--for` chooses from. Default: it does not. */
  readonly variants?: readonly string[];
  readonly load: () => Promise<MakeFiles>;
};

export const ciKind: EjectKind = {
  name: "ci",
  summary: "a CI pipeline that is `gantry check`",
  at: "repository",
  paths: [".github/workflows/gantry.yml", ".gitlab/gantry.yml"],
  variants: ciServices,
  load: async () => (await import("../ciPipeline.ts")).ciFiles,
};

/** All that there is. A kind is a row here, and the file that it loads. */
export const ejectKinds: readonly EjectKind[] = [
  ciKind,
  {
    name: "envrc",
    summary: "an `.envrc`, by which direnv sets the environment of the dev shell",
    at: "project",
    paths: [".envrc"],
    load: async () => (await import("../envrc.ts")).envrcFiles,
  },
  {
    name: "flake",
    summary: "`flake.nix`, by Crane, rust-overlay and git-hooks.nix, for those who have Nix",
    at: "project",
    paths: ["flake.nix"],
    load: async () => (await import("../flake/flake.ts")).flakeFiles,
  },
  {
    name: "setup",
    summary: "`setup.sh`, which installs what plain Cargo needs, for those who have neither Gantry nor Nix",
    at: "project",
    paths: ["setup.sh"],
    load: async () => (await import("../setupScript.ts")).setupScript,
  },
  {
    name: "systemd",
    summary: "`systemd/NAME.service`, a unit of each service, for Linux without NixOS",
    at: "project",
    paths: ["systemd/*.service", "systemd/*.toml", "systemd/*.yaml"],
    load: async () => (await import("../systemd/unit.ts")).systemdFiles,
  },
  {
    name: "pre-commit",
    summary: "the hooks, for those who use pre-commit or prek",
    at: "repository",
    paths: [".pre-commit-config.yaml"],
    load: async () => (await import("../preCommitConfig.ts")).preCommitConfig,
  },
];

/** The directory that the paths of a kind are relative to. */
export function directoryOf({ at }: EjectKind, root: string): string {
  return at === "project" ? realpathSync(root) : repositoryRoot(root);
}

/** The kinds of which a project has files, whoever wrote them. */
export function kindsWithFiles(root: string): readonly EjectKind[] {
  return ejectKinds.filter((kind) => pathsThere(kind, root).length > 0);
}

/** The files of a kind that a project has, whoever wrote them, as the kind's paths are. */
export function pathsThere(kind: EjectKind, root: string): readonly string[] {
  const directory = directoryOf(kind, root);
  return kind.paths.flatMap((path) => {
    if (!path.includes("*")) return existsSync(join(directory, path)) ? [path] : [];
    const [start = "", end = ""] = posix.basename(path).split("*");
    const folder = join(directory, posix.dirname(path));
    const names = existsSync(folder) ? readdirSync(folder).toSorted() : [];
    const fitting = names.filter((name) => name.startsWith(start) && name.endsWith(end));
    return fitting.map((name) => `${posix.dirname(path)}/${name}`);
  });
}
