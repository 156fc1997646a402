import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Store } from "../../store/store.ts";
import type { StepActs } from "../../units/keep/stepActs.ts";
import type { FoundScript } from "../inputs/policies.ts";
import { lastBuilt } from "../why/journal.ts";

/** What a build script or macro was seen to do, beside what the ledger has of it. */
export type ScriptActs = {
  readonly script: FoundScript;
  /** `unseen`: nobody looked when it ran, or it never did. `unused`: it does not run in what was built here. */
  readonly acts: readonly string[] | "unseen" | "unused";
  /** What of them the ledger does not have. */
  readonly more: readonly string[];
  /** Of those the ones that another macro may have done instead, with the ids of these. */
  readonly shared: ReadonlyMap<string, readonly string[]>;
};

/**
 * What the scripts of a project were seen to do when its steps were built as they were last.
 *
 * @param steps what the steps go by, see `Engine.nameOf`
 */
export function actsOfScripts(
  store: Pick<Store, "records">,
  { project, steps }: { readonly project: string; readonly steps: readonly string[] },
  scripts: readonly FoundScript[],
): ScriptActs[] {
  const seen = steps.flatMap((step) => {
    const key = lastBuilt(store, { project, step });
    return (key === undefined ? undefined : store.records.get("step-acts", key)) ?? [];
  });
  return compareActs(scripts, seen);
}

/** See `actsOfScripts`. */
export function compareActs(scripts: readonly FoundScript[], seen: StepActs): ScriptActs[] {
  const byDigest = new Map(scripts.map((script) => [script.digest, script]));
  return scripts.map((script) => {
    const own = seen.filter(({ script: of }) => of === script.digest);
    const loaded = seen.filter(({ macros }) => macros.includes(script.digest));
    const shared = new Map<string, readonly string[]>();
    const acts = new Set<string>(own.flatMap((each) => each.acts ?? []));
    for (const { macros, acts: did } of loaded) {
      const others = macros.flatMap((digest) =>
        digest === script.digest ? [] : (byDigest.get(digest) ?? []),
      );
      for (const act of did ?? []) {
        const isEntered = script.entry.observed.includes(act);
        if (!isEntered && others.some(({ entry }) => entry.observed.includes(act))) continue;
        acts.add(act);
        if (others.length > 0)
          shared.set(
            act,
            others.map(({ id }) => id),
          );
      }
    }
    const isSeen = loaded.length > 0 || own.some((each) => each.acts !== null);
    const isMacro = script.entry.kind.includes("macro");
    const mayHaveRun =
      own.length > 0 || (isMacro && seen.some((each) => each.script === null && each.acts === null));
    const sorted = [...acts].sort();
    return {
      script,
      acts: isSeen ? sorted : seen.length === 0 || mayHaveRun ? "unseen" : "unused",
      more: sorted.filter((act) => !script.entry.observed.includes(act)),
      shared,
    };
  });
}

/** `ran: ar, cc; read: /usr/include; wrote: nothing outside \`OUT_DIR\``. */
export function describeActs({ acts, script }: Pick<ScriptActs, "acts" | "script">): string {
  if (acts === "unseen") return "not observed here yet";
  if (acts === "unused") return "did not run in what was built here";
  if (acts.length === 0) return "did nothing beyond its own files";
  const after = (verb: string) =>
    acts.flatMap((act) => (act.startsWith(`${verb} `) ? [act.slice(verb.length + 1)] : []));
  const listed = (verb: string, past: string) => {
    const found = after(verb);
    return found.length > 0 ? [`${past}: ${found.join(", ")}`] : [];
  };
  return [
    ...listed("runs", "ran"),
    ...listed("reads", "read"),
    ...listed("writes", "wrote"),
    ...(after("writes").length > 0 || script.entry.kind === "macro"
      ? []
      : ["wrote: nothing outside `OUT_DIR`"]),
    ...acts.flatMap((act) => spoken.get(act) ?? []),
  ].join("; ");
}

const spoken = new Map([
  ["opens connections", "opened connections"],
  ["asks for the address of a host", "asked for the address of a host"],
]);

/** `script-acted`: what accepted scripts did that the ledger does not have; undefined where there is nothing. */
export function unenteredActs(all: readonly ScriptActs[], ledger: string): Diagnostic | undefined {
  const some = all.filter(({ more, script }) => more.length > 0 && script.state === "accepted");
  const [first] = some;
  if (!first) return undefined;
  const shown = some.slice(0, 8);
  const names = some.length === 1 ? JSON.stringify(first.script.id).slice(1, -1) : "--all";
  const them = some.length === 1 ? "1 crate" : `${some.length} crates`;
  return diagnostic("script-acted", `the code of ${them} did what \`${ledger}\` does not have`, {
    notes: [
      ...shown.map((each) => `\`${each.script.id}\`: ${each.script.entry.kind}: it ${toldActs(each)}`),
      ...(some.length > shown.length ? [`and ${some.length - shown.length} more: gantry policy`] : []),
      "it was seen in the sandbox, where it has neither the network nor your files; what was built is kept",
    ],
    help: [
      `look at it: ${first.script.directory}`,
      `enter what you have looked at: gantry policy --accept ${/\s/.test(names) ? `'${names}'` : names}`,
    ],
  });
}

function toldActs({ more, shared }: ScriptActs): string {
  const told = more.map((act) => {
    const others = shared.get(act) ?? [];
    return others.length > 0 ? `${act} (or that did ${others.join(" or ")})` : act;
  });
  return told.join(", ");
}
