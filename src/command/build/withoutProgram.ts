import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit } from "../../base/digest.ts";
import type { Derivation } from "../../derivation/model.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { chosenAmong, type Package, packagesOf, programsOf, sourceOf, wordsForCargo } from "./ownPackages.ts";
import type { Session } from "./session.ts";

// What is said where there is no output, or nothing in it.

/** `output-unknown`, of a package. Where the name is one of Cargo, its help is the command that builds that. */
export async function noOutput(
  session: Session,
  error: Diagnostic,
  { name, verb }: { readonly name: string; readonly verb: "build" | "run" },
): Promise<Diagnostic> {
  if (!Object.hasOwn(session.offered.packages, "default")) return error;
  const packages = await packagesOf(session.inputs, {
    ...{ type: "source", root: ".", filter: { kind: "automatic" } },
  });
  const takesPrograms = verb === "run" || session.project.configuration === undefined;
  if (packages.some((each) => each.name === name))
    return { ...error, help: [`it is a package of Cargo's: gantry ${verb} -p ${name}`] };
  if (takesPrograms && programsOf(packages)?.includes(name))
    return { ...error, help: [`it is a program: gantry ${verb} --bin ${name}`] };
  return error;
}

/** The packages of a step's workspace, and those that are built; the latter undefined where only Cargo knows. */
type Built = { readonly packages: readonly Package[]; readonly built: readonly Package[] | undefined };

async function builtBy(context: InputContext, step: Derivation): Promise<Built> {
  const source = await sourceOf(step);
  const packages = source ? await packagesOf(context, source) : [];
  const chosen = wordsForCargo(step.phases).map((words) => chosenAmong(packages, words));
  const built = chosen.every((each) => each !== undefined) ? [...new Set(chosen.flat())] : undefined;
  return { packages, built };
}

/**
 * `program-missing`, of packages none of which has a program; undefined where one has, or only Cargo can say.
 *
 * @param isAsked whether the command line chose them
 */
export async function noPrograms(
  context: InputContext,
  step: Derivation,
  isAsked: boolean,
): Promise<Diagnostic | undefined> {
  const { packages, built } = await builtBy(context, step);
  if (!built || built.length === 0 || programsOf(built)?.length !== 0) return undefined;
  const others = packages.flatMap((each) => ((programsOf([each]) ?? []).length > 0 ? [each.name] : []));
  const [first] = others.sort(byCodeUnit);
  const who = isAsked ? built.map(({ name }) => name) : [step.name];
  return diagnostic("program-missing", `${backticked(who)} ${who.length === 1 ? "has" : "have"} no program`, {
    notes: [
      first === undefined
        ? "a program is `src/main.rs`, a file in `src/bin`, or a `[[bin]]` of `Cargo.toml`"
        : `programs are in ${backticked(others)}`,
    ],
    help: first === undefined ? [] : [`gantry run -p ${first}`],
    status: 2,
  });
}

/** Why a step that installs what Cargo built has installed nothing; undefined where it does not. */
export async function whyEmpty(context: InputContext, step: Derivation): Promise<string | undefined> {
  if (!step.phases.some(({ type }) => type === "install")) return undefined;
  if (wordsForCargo(step.phases).some((words) => words.includes("--lib"))) return "`--lib` builds no program";
  const { built } = await builtBy(context, step);
  if (!built || built.length === 0 || programsOf(built)?.length !== 0)
    return "nothing that was built is a program";
  const names = built.map(({ name }) => name).sort(byCodeUnit);
  return `${backticked(names)} ${names.length === 1 ? "has" : "have"} no program to install`;
}
