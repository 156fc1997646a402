import { type GitRun, runGit } from "./runGit.ts";
import { submoduleUrl } from "./submoduleUrl.ts";

/** Where the commits that a repository records for its submodules come from. */
export type Submodule = { readonly path: string; readonly url: string; readonly branch?: string };

/**
 * The submodules that `.gitmodules` of a commit names, less those that are never updated (`update = none`), which
 * Cargo leaves out as well (1.95). Relative URLs count from `url`, that of the repository itself.
 */
export async function submodules(
  { url, commit }: { readonly url: string; readonly commit: string },
  run: GitRun,
): Promise<Submodule[]> {
  const listed = await runGit(["config", "--blob", `${commit}:.gitmodules`, "--null", "--list"], run);
  const found = new Map<string, Record<string, string>>();
  for (const setting of listed.stdout.toString().split("\0")) {
    const [, name, key, value] = /^submodule\.(.+)\.(\w+)\n(.*)$/s.exec(setting) ?? [];
    if (name === undefined || key === undefined) continue;
    found.set(name, { ...found.get(name), [key]: value ?? "" });
  }
  return [...found.values()].flatMap(({ path, url: written, branch, update }) => {
    if (path === undefined || written === undefined || update === "none") return [];
    const at = submoduleUrl(written, url);
    return [{ path, url: at, ...(branch !== undefined && branch !== "." && { branch }) }];
  });
}
