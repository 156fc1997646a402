import type { Diagnostic } from "../../base/diagnostic.ts";
import { ok, type Result } from "../../base/result.ts";
import { type Project as Offered, offeredOutputs } from "../../crane/project.ts";
import type { Derivation, ScriptPolicy } from "../../derivation/model.ts";
import { stepsApart } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import type { Emit } from "../../engine/event.ts";
import type { InputContext, OutputOf } from "../../engine/inputs/resolvedInput.ts";
import type { Realise } from "../../engine/step/realise.ts";
import type { Project } from "../../project/findProject.ts";

/** The checks of a project that are a `scriptPolicy`. Without a configuration there is none, and describing checks takes time. */
export function policiesOf(offered: Offered, { configuration }: Project): readonly Derivation[] {
  if (configuration === undefined) return [];
  return Object.values(offered.checks ?? {}).filter((check) => policyIn(check) !== undefined);
}

/** What a check judges, if it is a `scriptPolicy`. */
export function policyIn({ mounts }: Derivation): ScriptPolicy | undefined {
  return [mounts[world.found] ?? []]
    .flat()
    .find((input): input is ScriptPolicy => input.type === "script-policy");
}

/** Where a project has policies, no code of its crates runs before these were realised. */
export function guarded(policies: readonly Derivation[], realise: Realise): Realise {
  if (policies.length === 0) return realise;
  return async (step) => {
    for (const policy of world.vendor in step.mounts ? policies : []) {
      const held = await realise(policy);
      if (!held.ok) return held;
    }
    return realise(step);
  };
}

type Judging = {
  readonly inputs: InputContext;
  readonly offered: Offered;
  readonly nameOf: (step: Derivation) => string;
  readonly realise: Realise;
};

/**
 * What was seen of crates' code and is not entered, of all policies or of that of one check; see `Session`.
 *
 * Errors: those of `scriptsOfPolicy`.
 */
export async function unenteredOf(
  policies: readonly Derivation[],
  check: Derivation | undefined,
  { inputs, offered, nameOf, realise }: Judging,
): Promise<Result<readonly Diagnostic[]>> {
  const judged = policies.flatMap((each) => (check && each !== check ? [] : (policyIn(each) ?? [])));
  if (judged.length === 0) return ok([]);
  const { scriptsOfPolicy } = await import("../../engine/inputs/policies.ts");
  const { actsOfScripts, unenteredActs } = await import("../../engine/policy/scriptActs.ts");
  const outputOf: OutputOf = async (step) => {
    const realised = await realise(step);
    return realised.ok ? ok(realised.value.result.output) : realised;
  };
  const steps = stepsApart(Object.values(offeredOutputs(offered))).steps.map(nameOf);
  const told: Diagnostic[] = [];
  for (const policy of judged) {
    const found = await scriptsOfPolicy(inputs, policy, outputOf);
    if (!found.ok) return found;
    const of = { project: inputs.project.root, steps };
    const unentered = unenteredActs(actsOfScripts(inputs.store, of, found.value.scripts), policy.ledger);
    if (unentered) told.push(unentered);
  }
  return ok(told);
}

/** After a build, which is not lost for it: the check fails. */
export async function warnOfActs(
  session: { readonly unentered: () => Promise<Result<readonly Diagnostic[]>> },
  emit: Emit,
): Promise<void> {
  const unentered = await session.unentered();
  for (const diagnostic of unentered.ok ? unentered.value : []) emit({ type: "warning", diagnostic });
}
