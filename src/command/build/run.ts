import { readdirSync } from "node:fs";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit } from "../../base/digest.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Derivation, Phase } from "../../derivation/model.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import type { Command } from "../command.ts";
import { type Chosen, readSelection, runOptions } from "./selection.ts";

type RunOptions = {
  /** Which package output; absent: `default`. */
  readonly name: string | undefined;
  /** Which of its programs. */
  readonly program: string | undefined;
  readonly chosen: Chosen;
  /** What came after `--`. */
  readonly args: readonly string[];
};

/** `gantry run`: builds a package, then becomes its program, in the user's own environment, with the runner of its platform. */
export const run: Command<RunOptions> = {
  doing: "building",
  details:
    "The program runs as you would start it, outside of the sandbox, with your environment and in your directory; its exit status " +
    "is that of Gantry.",
  operands: [{ name: "NAME", summary: "the output to run [default: default]" }],
  options: runOptions,
  takesRest: true,
  examples: [
    ["gantry run", "build and run the default output"],
    ["gantry run server -- --port 8080", "pass arguments to it"],
    ["gantry run --bin migrate", "run one of its programs"],
  ],
  read: (args) => ({
    name: args.operands[0],
    program: args.value("bin"),
    chosen: readSelection(args, ["bin"]),
    args: args.rest,
  }),
  async run(options, emit) {
    const { withSession } = await import("./session.ts");
    return withSession({ ...options, isBuild: true, repeatsWarnings: true }, emit, async (session) => {
      const output = options.name ?? "default";
      const derivation = session.output("package", output);
      if (!derivation.ok) {
        const { noOutput } = await import("./withoutProgram.ts");
        return err(await noOutput(session, derivation.error, { name: output, verb: "run" }));
      }
      const { name, phases } = derivation.value;
      if (phases.some((phase) => phase.type === "run" && phase.argv[0] === "trunk"))
        return err(page(name, options.name));
      const isAsked = options.chosen.selection.args.includes("--package");
      const absent = await absentProgram(session.inputs, derivation.value, {
        wanted: options.program,
        isAsked,
      });
      if (absent) return err(absent);
      const realised = await session.realise(derivation.value);
      if (!realised.ok) return realised;
      const directory = `${session.store.pathOf(realised.value.result.output)}/bin`;
      const defaults = () => defaultPrograms(session.inputs, derivation.value);
      const programs = programsIn(directory);
      if (programs.length === 0) {
        const { noPrograms } = await import("./withoutProgram.ts");
        const none = await noPrograms(session.inputs, derivation.value, isAsked);
        if (none) return err(none);
      }
      const program = await chosenProgram(programs, { name, wanted: options.program, defaults });
      if (!program.ok) return program;
      const path = `${directory}/${program.value}`;
      const { runnerFor } = await import("./runner.ts");
      const runner = await runnerFor(path, derivation.value, session.inputs);
      if (!runner.ok) return runner;
      const [first = path, ...words] = [...runner.value, path, ...options.args];
      return ok({ finished: name, exec: { argv: [first, ...words] } });
    });
  },
};

/** What trunk builds is for browsers, which is known before anything is built. */
function page(step: string, output = "default") {
  return diagnostic("program-unclear", `\`${step}\` is a page, and no program of this machine runs it`, {
    help: [
      `build it, and serve the directory: gantry build${output === "default" ? "" : ` ${output}`} && python3 -m http.server -d result`,
    ],
    status: 2,
  });
}

type Choice = {
  /** Of the output's step. */
  readonly name: string;
  /** What `--bin` names. */
  readonly wanted: string | undefined;
  /** What manifests have as `default-run`. Asked where there are several programs. */
  readonly defaults: () => Promise<readonly string[]>;
};

/**
 * The program that `--bin` names; else the only one, or the only `default-run` as for `cargo run`; else the one that is
 * called as the package.
 *
 * Errors: `program-missing`, `program-unclear`.
 */
async function chosenProgram(
  names: readonly string[],
  { name, wanted, defaults }: Choice,
): Promise<Result<string>> {
  if (wanted !== undefined) {
    const found = names.find((each) => bare(each) === wanted || each === wanted);
    return found === undefined ? err(noProgram(name, { wanted, names })) : ok(found);
  }
  const [first, second] = names;
  if (first !== undefined && second === undefined) return ok(first);
  const known = names.map(bare);
  const [named, other] = names.length > 1 ? (await defaults()).filter((each) => known.includes(each)) : [];
  const wantedName = other === undefined && named !== undefined ? named : name;
  const chosen = names.find((each) => bare(each) === wantedName);
  return chosen === undefined ? err(noProgram(name, { wanted, names })) : ok(chosen);
}

type Asked = {
  /** What `--bin` names. */
  readonly wanted: string | undefined;
  /** Whether the command line says which packages are built. */
  readonly isAsked: boolean;
};

/**
 * Said before anything is built: no package has the program, or those that are asked for have none. Undefined where it may come
 * from elsewhere, such as a hook, or where only Cargo can say what is wrong.
 */
async function absentProgram(
  context: InputContext,
  step: Derivation,
  { wanted, isAsked }: Asked,
): Promise<Diagnostic | undefined> {
  if ((wanted === undefined && !isAsked) || !step.phases.every(isOfCargo)) return undefined;
  const packages = await membersOf(context, step);
  // An unstable feature of Cargo gives programs another name than their targets, another one installs those of dependencies.
  if (packages.some(({ manifest }) => Object.hasOwn(manifest.raw, "cargo-features"))) return undefined;
  if (wanted === undefined) {
    const { noPrograms } = await import("./withoutProgram.ts");
    return noPrograms(context, step, isAsked);
  }
  const { programsOf } = await import("./ownPackages.ts");
  const names = packages.flatMap((each) => programsOf([each]) ?? []);
  const isThere = names.some((name) => name === wanted || name === bare(wanted));
  return names.length > 0 && !isThere ? noProgram(step.name, { wanted, names }) : undefined;
}

/** The packages of the workspace of a step's source. */
async function membersOf(context: InputContext, step: Derivation) {
  const { packagesOf, sourceOf } = await import("./ownPackages.ts");
  const source = await sourceOf(step);
  return source ? packagesOf(context, source) : [];
}

/** Whether what it installs are programs of the workspace, and no others. */
function isOfCargo(phase: Phase): boolean {
  if (phase.type !== "run") return phase.type === "install" || phase.type === "strip";
  const [program, verb, ...words] = phase.argv;
  const isElsewhere = words.some((word) => word.startsWith("--manifest-path"));
  return program === "cargo" && (verb === "build" || verb === "test") && !isElsewhere;
}

/** Without what other platforms end the names of programs with. */
function bare(file: string): string {
  return file.replace(/\.(exe|wasm)$/, "");
}

function noProgram(
  output: string,
  { wanted, names }: Pick<Choice, "wanted"> & { readonly names: readonly string[] },
): Diagnostic {
  const several = names.length > 1 && wanted === undefined;
  const which = wanted === undefined ? "" : ` \`${wanted}\``;
  const guess = wanted === undefined ? undefined : nearest(wanted, names);
  const choose = guess === undefined ? "choose one: gantry run --bin NAME" : `did you mean \`${guess}\`?`;
  return diagnostic(
    several ? "program-unclear" : "program-missing",
    several ? `\`${output}\` has several programs` : `\`${output}\` has no program${which}`,
    {
      notes: names.length > 0 ? [`it has ${backticked(names.toSorted(byCodeUnit))}`] : [],
      help: [names.length > 0 ? choose : `see what was built: gantry log ${output}`],
      status: 2,
    },
  );
}

/** The `default-run` of each package of the workspace that a step builds. */
async function defaultPrograms(context: InputContext, step: Derivation): Promise<readonly string[]> {
  const packages = await membersOf(context, step);
  return packages.flatMap(({ manifest }) => manifest.package?.defaultRun ?? []);
}

function programsIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
