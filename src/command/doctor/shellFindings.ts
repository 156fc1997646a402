import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { backticked } from "../../base/diagnostic.ts";
import { type Project as Offered, shellsOf } from "../../crane/project.ts";
import type { DevShell } from "../../derivation/devShell.ts";
import type { NativePackage, Tool } from "../../derivation/model.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { findToolchain, wantedToolchain } from "../../fetch/toolchain/findToolchain.ts";
import {
  lackOfSources,
  onHost,
  type Placed,
  placedNative,
  shellRootVariable,
  shellVariable,
} from "../../shell/environment.ts";
import { isSecret } from "../../shell/secrets.ts";
import { findOnPath } from "../../tree/files.ts";
import { toolchainState } from "../look/toolchainState.ts";
import { type Finding, fine } from "./finding.ts";

const about = "dev shell";

/**
 * How the environment that this process has differs from what the description gives developers, whoever set it: `gantry
 * develop`, direnv, or what `setup.sh` leaves. Where none of it is there, nobody has entered it, and nothing is wrong.
 */
export async function shellFindings(context: InputContext, offered: Offered): Promise<readonly Finding[]> {
  const { env, project } = context;
  const entered = env[shellRootVariable] === project.root ? env[shellVariable] : undefined;
  const shells = shellsOf(offered);
  const name = entered !== undefined && Object.hasOwn(shells, entered) ? entered : "default";
  const shell = shells[name];
  if (!shell) return [];
  const sources = sourcesFindings(context, shell);
  const isSet = (variable: string) => env[variable] !== undefined;
  if (entered === undefined && !Object.keys(shell.env).some(isSet))
    return [...sources, fine(about, "it is not entered: gantry develop")];
  const how: How = {
    entered: entered !== undefined,
    enter: `gantry develop${name === "default" ? "" : ` ${name}`}`,
  };
  const found = [
    ...toolchainFindings(context, shell, how),
    ...programFindings(shell, how, env),
    ...(await variableFindings(context, shell, how)),
  ];
  if (found.length > 0) return [...sources, ...found];
  const parts = [
    "its toolchain",
    ...counted(shell.packages, "package"),
    ...counted(Object.keys(shell.env), "variable"),
  ];
  return [...sources, fine(about, `\`${name}\`: ${parts.join(", ")}: as the description says`)];
}

/** An editor may do without the standard library's sources, and many do not have them. */
function sourcesFindings(context: InputContext, shell: DevShell): readonly Finding[] {
  const state = toolchainState(context, shell.toolchain);
  const lacking = state.ok && "directory" in state.value ? lackOfSources(state.value.directory) : undefined;
  return lacking
    ? [{ ...fine(about, lacking.lack), fix: lacking.fix === undefined ? [] : [lacking.fix] }]
    : [];
}

type How = {
  /** Whether Gantry made the environment. */
  readonly entered: boolean;
  /** The command that makes it. */
  readonly enter: string;
};

function counted(items: readonly unknown[], name: string): string[] {
  if (items.length === 0) return [];
  return [items.length === 1 ? `one ${name}` : `${items.length} ${name}s`];
}

/** In a shell of Gantry's something else has got in between; elsewhere it was never there. */
function differing(how: How, found: string, expected: string, fix: readonly string[] = []): Finding {
  const again = how.entered ? "enter it again" : "enter it";
  return { about, state: "warning", found, expected, fix: [...fix, `${again}: ${how.enter}`] };
}

function toolchainFindings(context: InputContext, shell: DevShell, how: How): readonly Finding[] {
  const state = toolchainState(context, shell.toolchain);
  // What is wrong with the toolchain itself is told of all that ask for it.
  if (!state.ok) return [];
  const wanted = "directory" in state.value ? state.value.directory : undefined;
  const rustc = findOnPath("rustc", context.env.PATH ?? "");
  if (rustc === undefined)
    return [differing(how, "there is no `rustc` on the `PATH`", `it has ${state.value.name}`)];
  const started = startedBy(context, rustc);
  if (wanted !== undefined && started !== undefined && realpathSync(wanted) === started) return [];
  const runs = started ?? dirname(dirname(rustc));
  return [
    differing(how, `\`cargo\` and \`rustc\` are those of ${runs}`, `it has ${wanted ?? state.value.name}`),
  ];
}

/** The directory of the toolchain that a `rustc` is of, or that rustup starts in its place. */
function startedBy({ project, env }: InputContext, rustc: string): string | undefined {
  if (!existsSync(`${dirname(rustc)}/rustup`)) return dirname(dirname(realpathSync(rustc)));
  const wanted = wantedToolchain({ components: [], targets: [] }, project, env);
  const found = wanted.ok ? findToolchain(wanted.value, env) : wanted;
  return found.ok ? realpathSync(found.value) : undefined;
}

function programFindings(
  { packages }: DevShell,
  how: How,
  { PATH = "" }: NodeJS.ProcessEnv,
): readonly Finding[] {
  const missing = packages.flatMap(programsOf).filter((program) => findOnPath(program, PATH) === undefined);
  if (missing.length === 0) return [];
  const are = missing.length === 1 ? "is" : "are";
  return [differing(how, `${backticked(missing)} ${are} not on the \`PATH\``, "the description names them")];
}

function programsOf(each: NativePackage | Tool): readonly string[] {
  if (each.type === "native") return each.isOptional ? [] : each.bins;
  return [each.crate.replace(/-cli$/, "")];
}

async function variableFindings(
  context: InputContext,
  shell: DevShell,
  how: How,
): Promise<readonly Finding[]> {
  const { env, project, store } = context;
  const placed: Placed[] = [];
  for (const each of shell.packages) {
    const found = each.type === "native" ? await placedNative(context, each) : undefined;
    if (found?.ok && found.value) placed.push(found.value);
  }
  const state = toolchainState(context, shell.toolchain);
  const where = {
    root: project.root,
    toolchain: state.ok && "directory" in state.value ? state.value.directory : "",
    trees: placed.flatMap(({ tree }) => (tree ? [store.pathOf(tree)] : [])),
    programs: placed.flatMap(({ programs }) => programs),
  };
  return Object.entries(shell.env).flatMap(([name, described]): Finding[] => {
    const [wanted, value] = [onHost(described, where), env[name]];
    if (value === wanted || value === described) return [];
    if (value === undefined)
      return [differing(how, `\`${name}\` is not set`, `it is ${shown(name, wanted)}`)];
    return [differing(how, `\`${name}\` is ${shown(name, value)}`, `it is ${shown(name, wanted)}`)];
  });
}

function shown(name: string, value: string): string {
  return isSecret(name, value) ? "a secret, which is not shown" : `\`${value}\``;
}
