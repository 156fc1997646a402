import { existsSync, readdirSync } from "node:fs";
import { byCodeUnit } from "../../base/canonical.ts";
import { cargoHome } from "../registry/cargoHome.ts";
import { hasCommit } from "./fetchCommit.ts";
import { repositoryName } from "./repositoryName.ts";
import type { GitRun } from "./runGit.ts";

/**
 * The repository in Cargo's own database (`$CARGO_HOME/git/db/<name>-<hash>`) that has a commit, if there is one.
 * The hash is Cargo's own affair; a commit's name says what is in it, wherever it is found.
 */
export async function cargoDatabase(
  { url, commit }: { readonly url: string; readonly commit: string },
  run: GitRun,
): Promise<string | undefined> {
  const place = `${cargoHome(run.env, run.directory)}/git/db`;
  const name = repositoryName(url).toLowerCase();
  const names = existsSync(place) ? readdirSync(place).sort(byCodeUnit) : [];
  for (const each of names) {
    if (each.replace(/-[0-9a-f]+$/, "").toLowerCase() !== name) continue;
    const directory = `${place}/${each}`;
    if (await hasCommit(commit, { ...run, directory })) return directory;
  }
  return undefined;
}
