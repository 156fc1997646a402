import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ScriptPolicy } from "../../derivation/model.ts";
import type { Emit } from "../../engine/event.ts";
import type { FoundScript } from "../../engine/inputs/policies.ts";
import type { ScriptActs } from "../../engine/policy/scriptActs.ts";
import type { Ledger } from "../../fetch/scripts/scriptLedger.ts";
import type { Command, CommandOutcome } from "../command.ts";

type PolicyOptions = {
  /** Empty: all, to be listed. */
  readonly crates: readonly string[];
  readonly accept: boolean;
  readonly all: boolean;
};

/**
 * `gantry policy`: what of the lock's crates runs while the project is compiled, and what of it somebody has looked at.
 *
 * Errors: `policy-undeclared`, `script-unknown`, `policy-arguments`; those of `withProject` and `scriptsOfPolicy`.
 */
export const policy: Command<PolicyOptions> = {
  doing: "looking at build scripts",
  details:
    "A project that declares `crane.scriptPolicy` among its checks builds nothing before each build script and each procedural macro of its crates is entered in a ledger. What they did when they ran in the sandbox is listed below each, and belongs into the ledger, too. Without `--accept` the command exits with 1 if something is not entered.",
  operands: [{ name: "CRATE", summary: "`NAME@VERSION`, or `NAME` for all its versions", repeat: true }],
  options: [
    { name: "accept", summary: "enter the crates: you have looked at them" },
    { name: "all", summary: "with `--accept`: enter all" },
  ],
  examples: [
    ["gantry policy", "what runs, what it did, and whether that is entered"],
    ["gantry policy --accept libc@0.2.180", "enter a crate that you have looked at"],
  ],
  read: (args) => ({ crates: args.operands, accept: args.count("accept") > 0, all: args.count("all") > 0 }),
  async run(options, emit) {
    if (options.accept && options.crates.length === 0 && !options.all) return err(acceptWhat());
    if (options.all && (!options.accept || options.crates.length > 0)) return err(allOfWhat(options));
    const { withProject } = await import("../open/project.ts");
    return withProject(options, emit, async ({ inputs: read, offered }) => {
      const { policyIn } = await import("../build/policyGuard.ts");
      const policies = Object.values(offered.checks ?? {}).flatMap((check) => policyIn(check) ?? []);
      if (policies.length === 0) return err(undeclared());
      const { scriptsOfPolicy } = await import("../../engine/inputs/policies.ts");
      const { actsOfScripts } = await import("../../engine/policy/scriptActs.ts");
      const { cargoEnvironmentOf } = await import("../../engine/inputs/host.ts");
      const { offeredOutputs } = await import("../../crane/project.ts");
      const { stepsApart } = await import("../../derivation/steps.ts");
      const inputs = { ...read, env: await cargoEnvironmentOf(read) };
      const { store, project } = inputs;
      const { steps, idOf } = stepsApart(Object.values(offeredOutputs(offered)));
      const built = { project: project.root, steps: steps.map(idOf) };
      const outcomes: CommandOutcome[] = [];
      for (const each of policies) {
        const found = await scriptsOfPolicy(inputs, each, async () => err(outputInOverride()));
        if (!found.ok) return found;
        const { ledger, scripts } = found.value;
        const acts = actsOfScripts(store, built, scripts);
        const outcome = await act(options, { ledger, acts, policy: each, root: project.root, emit });
        if (!outcome.ok) return outcome;
        outcomes.push(outcome.value);
      }
      const stdout = outcomes.map((each) => each.stdout ?? "").join("");
      const status = Math.max(...outcomes.map((each) => each.status ?? 0));
      return ok({ stdout, status });
    });
  },
};

type Found = {
  readonly acts: readonly ScriptActs[];
  readonly ledger: Ledger;
  readonly policy: ScriptPolicy;
  readonly root: string;
  readonly emit: Emit;
};

async function act(options: PolicyOptions, found: Found): Promise<Result<CommandOutcome>> {
  const { acts, ledger, policy, root } = found;
  const scripts = acts.map(({ script }) => script);
  const isNamed = ({ id, name }: FoundScript, crate: string) => id === crate || name === crate;
  const unknown = options.crates.find((crate) => !scripts.some((script) => isNamed(script, crate)));
  if (unknown !== undefined) return err(scriptUnknown(unknown, scripts));
  const chosen = acts.filter(
    ({ script }) => options.crates.length === 0 || options.crates.some((crate) => isNamed(script, crate)),
  );
  if (!options.accept) return list(chosen, found);
  const { writeLedger } = await import("../../fetch/scripts/scriptLedger.ts");
  const ids = new Set(scripts.map(({ id }) => id));
  // What the lock has no more, nobody needs to merge.
  const kept = [...ledger].filter(([id]) => ids.has(id));
  const entered = chosen.filter(({ script, more }) => script.state !== "accepted" || more.length > 0);
  const entries = entered.map(({ script: { id, entry }, more }) => {
    const observed = [...entry.observed, ...more].sort();
    return [id, { ...entry, observed }] as const;
  });
  writeLedger(`${root}/${policy.ledger}`, new Map([...kept, ...entries]));
  if (entered.length === 0) {
    const what = options.all ? "all" : chosen.map(({ script }) => `\`${script.id}\``).join(", ");
    found.emit({ type: "note", text: `\`${policy.ledger}\` has ${what} already` });
  }
  return ok({ stdout: entered.map(({ script }) => `entered ${script.id} in ${policy.ledger}\n`).join("") });
}

/** Each with what it did when it ran. */
async function list(chosen: readonly ScriptActs[], { ledger, emit }: Found): Promise<Result<CommandOutcome>> {
  const { describeScript } = await import("../../engine/inputs/policies.ts");
  const { describeActs } = await import("../../engine/policy/scriptActs.ts");
  const lines = chosen.map(({ script, acts, more }) => {
    const isOpen = script.state === "accepted" && more.length > 0;
    const mark = isOpen ? "acted" : script.state === "accepted" ? "entered" : script.state;
    // What is not entered has not run.
    const did = acts === "unseen" && script.state !== "accepted" ? [] : [describeActs({ acts, script })];
    const unentered = isOpen ? [`not entered: ${more.join(", ")}`] : [];
    const below = [...did, ...unentered].map((line) => `\n${" ".repeat(9)}${line}`);
    return `${mark.padEnd(8)} ${script.id}: ${describeScript(script, ledger)}${below.join("")}\n`;
  });
  if (chosen.some(({ acts, script }) => acts === "unseen" && script.state === "accepted"))
    emit({ type: "note", text: howToObserve });
  const isOpen = chosen.some(({ script, more }) => script.state !== "accepted" || more.length > 0);
  return ok({ stdout: lines.join(""), ...(isOpen && { status: 1 }) });
}

const howToObserve =
  "what runs is observed when it runs: gantry build; what ran before there was a policy: gantry build --rebuild";

function acceptWhat() {
  return diagnostic("policy-arguments", "`--accept` without a crate enters nothing", {
    help: [
      "name what you have looked at: gantry policy --accept NAME@VERSION",
      "or enter all: gantry policy --accept --all",
    ],
    status: 2,
  });
}

function allOfWhat({ accept }: PolicyOptions) {
  const what = accept ? "`--all` enters all crates, and some are named" : "`--all` goes with `--accept`";
  return diagnostic("policy-arguments", what, {
    help: accept ? ["leave out one or the other"] : ["to list them all: gantry policy"],
    status: 2,
  });
}

function undeclared() {
  return diagnostic("policy-undeclared", "the project declares no `scriptPolicy`", {
    help: ["in `gantry.config.ts`, among `checks`: scripts: crane.scriptPolicy({ src })"],
    status: 2,
  });
}

function scriptUnknown(name: string, scripts: readonly FoundScript[]) {
  const names = scripts.flatMap((script) => [script.id, script.name]);
  const guess = nearest(name, names);
  const some = scripts.slice(0, 10).map(({ id }) => id);
  return diagnostic("script-unknown", `no crate \`${name}\` of the lock has a build script or a macro`, {
    notes: guess === undefined && some.length > 0 ? [`there are ${backticked(some)}`] : [],
    help: guess === undefined ? [] : [`did you mean \`${guess}\`?`],
    status: 2,
  });
}

function outputInOverride() {
  return diagnostic("policy-output", "an override takes a crate from what a step leaves", {
    help: ["build that step first, and name its output as a directory: path(…)"],
  });
}
