/** The directory beside Gantry's hook for one that was there before. */
export const chainedDirectory = "before-gantry";

/** The stages that are hooks of git's. */
export const gitStages = ["pre-commit", "pre-merge-commit", "pre-push"] as const;

type Hook = {
  /** As git calls it: `pre-commit`. */
  readonly stage: string;
  /** Relative to the top of the repository: `.`, `rust`. */
  readonly projects: readonly string[];
  /** The program, absolute. */
  readonly gantry: string;
};

const head = "# Written by `gantry hooks install`; `gantry hooks uninstall` removes it.";
const listed = "# projects: ";

/**
 * The text of git's hook, for POSIX shells. It starts the Gantry that installed it, or the one on the `PATH` where that is gone.
 * A project that the branch does not have is left out.
 */
export function hookScript({ stage, projects, gantry }: Hook): string {
  return `#!/bin/sh
${head}
${listed}${JSON.stringify(projects)}
gantry=${quoted(gantry)}
[ -x "$gantry" ] || gantry=$(command -v gantry) || {
  echo 'error: this repository has hooks of Gantry, and \`gantry\` is neither at' >&2
  echo ${quoted(`  ${gantry} nor on the PATH`)} >&2
  echo '  = help: with Gantry on the PATH, once: gantry hooks install' >&2
  echo '  = help: without its hooks, this time: git commit --no-verify' >&2
  exit 1
}
before=\${0%/*}/${chainedDirectory}/${stage}
${stage === "pre-push" ? pushed : chained}for project in ${projects.map(quoted).join(" ")}; do
  [ -f "$project/Cargo.toml" ] || [ -f "$project/gantry.config.ts" ] || continue
  ${stage === "pre-push" ? `printf '%s\\n' "$refs" | ` : ""}"$gantry" -C "$project" hooks run --stage ${stage} || exit
done
`;
}

const chained = `if [ -x "$before" ]; then "$before" "$@" || exit; fi
`;

/** What is pushed is read from standard input, which every reader shall have. */
const pushed = `refs=$(cat)
if [ -x "$before" ]; then printf '%s\\n' "$refs" | "$before" "$@" || exit; fi
`;

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The program that a hook of Gantry's starts. */
export function gantryIn(text: string): string | undefined {
  const word = /^gantry='((?:[^']|'\\'')*)'$/m.exec(text)?.[1];
  return word?.replaceAll("'\\''", "'");
}

/** Whether a hook is Gantry's, if perhaps another version's. */
export function isOurs(text: string): boolean {
  return text.startsWith("#!/bin/sh\n# Written by `gantry hooks install`");
}

/** The projects that a hook of Gantry's is for. */
export function projectsIn(text: string): readonly string[] {
  const line = text.split("\n").find((each) => each.startsWith(listed));
  if (!isOurs(text) || line === undefined) return [];
  try {
    const projects: unknown = JSON.parse(line.slice(listed.length));
    return Array.isArray(projects) ? projects.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}
