import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";
import type { Project } from "../../project/findProject.ts";
import type { CommandOutcome } from "../commandOutcome.ts";
import { environment } from "../environment.ts";
import type { GlobalOptions } from "../globalOptions.ts";
import type { WithOptions } from "../withOptions.ts";
import { absoluteOutLink } from "./absoluteOutLink.ts";
import { composeProject } from "./composeProject.ts";
import { refusal } from "./refusal.ts";
import type { Replacement } from "./replacement.ts";
import { resolvePatched } from "./resolvePatched.ts";

type At = {
  readonly options: Pick<GlobalOptions, "cwd" | "offline"> & WithOptions;
  readonly project: Project;
  readonly replacements: readonly Replacement[];
};

/**
 * Becomes `gantry build`, `check` or `run` in a copy of the project that holds the local packages. The copy goes
 * when the command ends; links to outputs that it left there move to the project.
 */
export async function gantryWith(
  { options, project, replacements }: At,
  words: readonly string[],
): Promise<Result<CommandOutcome>> {
  // Named like the project, since a package's directory may be its name.
  const scratch = mkdtempSync(join(tmpdir(), "gantry-with-"));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  process.on("exit", remove);
  const directory = join(scratch, basename(project.root) || "project");
  mkdirSync(directory);
  const composed = composeProject(project, replacements, directory);
  if (!composed.ok) return composed;
  const root = composed.value;
  const at = { root, toolchain: [], flags: [], offline: options.offline };
  const refused = await resolvePatched(at, replacements);
  if (!refused.ok) return refused;
  if (refused.value.length > 0) return err(await refusal(project.root, refused.value));
  const dashes = words.indexOf("--");
  const given = dashes === -1 ? words : words.slice(0, dashes);
  const own = absoluteOutLink(given, options.cwd);
  const afterwards = () => {
    moveLinks(root, project.root);
    remove();
    return [];
  };
  const argv = [...options.self, ...own, "-C", root, ...words.slice(own.length)] as const;
  const [program, ...rest] = argv;
  return ok({
    exec: { argv: [program ?? "gantry", ...rest], env: environment(), cwd: options.cwd, afterwards },
  });
}

/** `result` and `result-NAME`, unless something else than a link has that name in the project. */
function moveLinks(from: string, to: string): void {
  if (!existsSync(from)) return;
  const links = readdirSync(from, { withFileTypes: true }).filter(
    (entry) => entry.isSymbolicLink() && /^result(-|$)/.test(entry.name),
  );
  for (const { name } of links) {
    const aside = join(to, `${name}.${process.pid}`);
    symlinkSync(readlinkSync(join(from, name)), aside);
    try {
      renameSync(aside, join(to, name));
    } catch {
      rmSync(aside);
    }
  }
}
