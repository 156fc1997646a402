import { stripVTControlCharacters } from "node:util";
import { ok, type Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import type { Emit } from "../../engine/event.ts";
import { logFile } from "../../engine/why/journal.ts";
import { copied, linesIn } from "../../engine/why/logLines.ts";
import { withSession } from "../build/session.ts";
import type { GlobalOptions } from "../command.ts";

/** How often a lint of Clippy fires, counted by place. */
type LintCount = { readonly lint: string; readonly times: number };

/**
 * Runs Clippy as the project's check does, in the sandbox and on the same layer, but without denying warnings. Undefined
 * where no check of the project runs it.
 *
 * Errors: those of `withSession`, and of the step.
 */
export async function countLints(
  options: GlobalOptions,
  emit: Emit,
): Promise<Result<readonly LintCount[] | undefined>> {
  const withoutWarnings: Emit = (event) => {
    if (event.type !== "output" || !event.step.endsWith(suffix)) emit(event);
  };
  return withSession(options, withoutWarnings, async ({ offered, realise, store }) => {
    const clippy = Object.values(offered.checks ?? {}).find(({ phases }) => phases.some(isClippy));
    if (!clippy) return ok(undefined);
    const outcome = await realise(lenient(clippy));
    return outcome.ok ? ok(await lintCounts(linesIn(logFile(store, outcome.value.key)))) : outcome;
  });
}

const suffix = "-lints";

type Phase = Derivation["phases"][number];

function isClippy(phase: Phase): phase is Extract<Phase, { type: "run" }> {
  return phase.type === "run" && phase.argv[0] === "cargo" && phase.argv[1] === "clippy";
}

/** The step without what makes errors of warnings, and by a name of its own: its log is not the check's. */
function lenient(step: Derivation): Derivation {
  const phases = step.phases.map((phase) => {
    if (!isClippy(phase)) return phase;
    const [program, ...words] = phase.argv;
    const kept = words.filter(
      (word, at) => !isDenial(word, words[at + 1]) && !isDenial(words[at - 1] ?? "", word),
    );
    return { ...phase, argv: [program, ...kept] as const };
  });
  return { ...step, name: step.name.replace(/-clippy$|$/, suffix), phases };
}

/** `--deny warnings` and its like; of two words, either. */
function isDenial(word: string, next: string | undefined): boolean {
  if (/^(?:-D|--deny=|-F|--forbid=)\s*warnings$/.test(word)) return true;
  return ["-D", "--deny", "-F", "--forbid"].includes(word) && next === "warnings";
}

/**
 * How often each lint fires in what Clippy printed, the most frequent first: each of its messages ends with a link to the
 * lint's page. A place that is compiled twice, for a library and its tests, counts once.
 *
 * @param log see `linesIn`
 */
export async function lintCounts(log: AsyncIterable<readonly string[]>): Promise<readonly LintCount[]> {
  const places = new Map<string, Set<string>>();
  let place = "";
  for await (const read of log)
    for (const line of read.map(stripVTControlCharacters)) {
      if (/^(?:warning|error)\b/.test(line)) place = "";
      const at = /^\s*--> (.+)$/.exec(line)?.[1];
      if (at !== undefined && place === "") place = copied(at);
      const lint = /\bfor further information visit https:\S+#(\w+)$/.exec(line)?.[1];
      if (lint === undefined) continue;
      places.set(copied(lint), (places.get(lint) ?? new Set()).add(place));
    }
  return [...places]
    .map(([lint, { size }]) => ({ lint, times: size }))
    .sort((a, b) => b.times - a.times || (a.lint < b.lint ? -1 : 1));
}

/** The counts as a table, and what to write where some are not wanted. */
export function lintReport(counts: readonly LintCount[], table: string): string {
  const most = counts.slice(0, 20);
  const width = Math.max(...most.map(({ times }) => String(times).length));
  const total = counts.reduce((sum, { times }) => sum + times, 0);
  const rows = most.map(({ lint, times }) => `  ${String(times).padStart(width)}  ${lint}`);
  const rest = counts.length > most.length ? [`  … and ${counts.length - most.length} more lints`] : [];
  const example = most[0]?.lint;
  return [
    `${total} ${total === 1 ? "warning" : "warnings"} of ${counts.length} ${counts.length === 1 ? "lint" : "lints"}:`,
    ...rows,
    ...rest,
    "",
    `The check \`clippy\` fails until they are dealt with. To allow one for good, write below [${table}]:`,
    `${example} = "allow"`,
  ].join("\n");
}
