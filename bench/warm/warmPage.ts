import { markdownTable } from "../../scripts/markdownTable.ts";
import { versionLine } from "../../scripts/versions.ts";

/** Seconds of wall time, measured one after the other. */
export type WarmResult = {
  readonly project: string;
  /** Compilations of packages that are not the project's own. */
  readonly units: number;
  /** Those of them that Cargo compiled after `gantry warm` all the same. */
  readonly compiled: readonly string[];
  /** The first `gantry warm`, which compiles. */
  readonly compile: number;
  /** `cargo build` in a new worktree. */
  readonly plain: number;
  /** `gantry warm` in a new worktree. */
  readonly warm: number;
  /** `cargo build` after that. */
  readonly after: number;
  /** `cargo build` in a new worktree, by what wraps rustc there. */
  readonly others: Readonly<Record<string, number>>;
};

/** `docs/warm-measured.md`. */
export function warmPage(
  results: readonly WarmResult[],
  of: Readonly<Record<string, string>> & { readonly cpu: string },
): string {
  const others = [...new Set(results.flatMap((result) => Object.keys(result.others)))];
  const head = [
    ...["project", "units", "`cargo build`", "`gantry warm`", "`cargo build` after it", "dependencies"],
    ...others.map((name) => `with ${name}`),
    "first `gantry warm`",
  ];
  const rows = results.map((result) => [
    `\`${result.project}\``,
    String(result.units),
    seconds(result.plain),
    seconds(result.warm),
    `${seconds(result.after)}${result.compiled.length > 0 ? `, ${result.compiled.length} of the units` : ""}`,
    (result.warm / (result.plain - result.after)).toFixed(3),
    ...others.map((name) => ofOther(result, name)),
    seconds(result.compile),
  ]);
  return `# New worktrees, measured

The first build in a new git worktree, in Cargo's dev profile: by plain Cargo; by \`gantry warm\` and plain Cargo; and by plain
Cargo with a wrapper of rustc whose cache has everything of another worktree. *Units* are compilations of packages that are
not the project's own; after \`gantry warm\` none of them was compiled where nothing else is said. *Dependencies* is the time of
\`gantry warm\` to that which Cargo spends on them: all of \`cargo build\` less what it takes after \`gantry warm\`. Of the others,
the number in brackets is the same ratio; they also have the project's own code, where it is the same as in the other worktree and
they answer for another directory. The last column is paid once, for all worktrees: there \`gantry warm\` compiles.
\`npm run test:warm\` makes this table again.

${markdownTable(head, rows)}

Measured one after the other with ${versionLine(of)}. Nothing was done to keep the machine quiet.
`;
}

function ofOther({ others, plain, after }: WarmResult, name: string): string {
  const time = others[name];
  if (time === undefined) return "";
  return `${seconds(time)} (${Math.max(0, (time - after) / (plain - after)).toFixed(3)})`;
}

function seconds(time: number): string {
  return `${time.toFixed(1)} s`;
}
