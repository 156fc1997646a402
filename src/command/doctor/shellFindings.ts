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
import { shellKey } from "../../store/contents.ts";
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
    ...programFindings(context, { name, shell, how }),
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

/** An editor may do without the standard library's sources, and many do not have them: so it is told, and nothing is to be done. */
function sourcesFindings(context: InputContext, shell: DevShell): readonly Finding[] {
  const state = toolchainState(context, shell.toolchain);
  const lacking = state.ok && "directory" in state.value ? lackOfSources(state.value.directory) : undefined;
  return lacking
    ? [{ ...fine(about, forEditors), ...(lacking.fix && { expected: `what brings it: ${lacking.fix}` }) }]
    : [];
}

const forEditors =
  "the toolchain has all that builds need; for editors, not `rust-src`, the code of the standard library";

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

/** Programs of a toolchain that somebody may have put others before. */
const ofToolchain = ["cargo", "rustc", "rustdoc", "rustfmt", "cargo-fmt", "cargo-clippy", "clippy-driver"];

function toolchainFindings(context: InputContext, shell: DevShell, how: How): readonly Finding[] {
  const state = toolchainState(context, shell.toolchain);
  // What is wrong with the toolchain itself is told of all that ask for it.
  if (!state.ok) return [];
  const { PATH = "" } = context.env;
  const wanted = "directory" in state.value ? realpathSync(state.value.directory) : undefined;
  const expected = `it has ${wanted ?? state.value.name}`;
  const absent = ["cargo", "rustc"].filter((program) => findOnPath(program, PATH) === undefined);
  if (absent.length > 0)
    return [differing(how, `there is no ${backticked(absent)} on the \`PATH\``, expected)];
  const others = new Map<string, string[]>();
  for (const program of ofToolchain) {
    const found = findOnPath(program, PATH);
    if (found === undefined || (wanted !== undefined && !existsSync(`${wanted}/bin/${program}`))) continue;
    const started = startedBy(context, found);
    if (wanted === undefined || started !== wanted)
      others.set(started, [...(others.get(started) ?? []), program]);
  }
  return [...others].map(([started, programs]) => {
    const [is, those] = programs.length === 1 ? ["is", "that"] : ["are", "those"];
    return differing(how, `${backticked(programs)} ${is} ${those} of ${started}`, expected);
  });
}

/** The directory of the toolchain that a program is of, or that rustup starts in its place; of any other, its own directory. */
function startedBy({ project, env }: InputContext, program: string): string {
  const real = realpathSync(program);
  const directory = dirname(dirname(real));
  if (!existsSync(`${dirname(program)}/rustup`))
    return existsSync(`${directory}/lib/rustlib`) ? directory : dirname(program);
  const wanted = wantedToolchain({ components: [], targets: [] }, project, env);
  const found = wanted.ok ? findToolchain(wanted.value, env) : wanted;
  return found.ok ? realpathSync(found.value) : dirname(program);
}

type Entered = { readonly name: string; readonly shell: DevShell; readonly how: How };

/**
 * Which program comes first is known of shells that Gantry made: what it put on their `PATH` is on record. Who set up a machine
 * by other means has the programs from wherever they came.
 */
function programFindings(
  { store, project, env }: InputContext,
  { name, shell, how }: Entered,
): readonly Finding[] {
  const { PATH = "" } = env;
  const trees = how.entered ? (store.records.get("shell", shellKey(project.root, name)) ?? []) : [];
  const bins = trees.map((tree) => `${store.pathOf(tree)}/bin`).join(":");
  const missing: string[] = [];
  const shadowed: Finding[] = [];
  for (const program of new Set(shell.packages.flatMap(programsOf))) {
    const found = findOnPath(program, PATH);
    const wanted = bins === "" ? undefined : findOnPath(program, bins);
    if (found === undefined) missing.push(program);
    else if (wanted !== undefined && realpathSync(found) !== realpathSync(wanted))
      shadowed.push(
        differing(how, `\`${program}\` is ${found}`, `the description has ${realpathSync(wanted)}`),
      );
  }
  if (missing.length === 0) return shadowed;
  const are = missing.length === 1 ? "is" : "are";
  return [
    differing(how, `${backticked(missing)} ${are} not on the \`PATH\``, "the description names them"),
    ...shadowed,
  ];
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
