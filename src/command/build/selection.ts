import { basename } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Selection } from "../../crane/arguments/libContext.ts";
import type { Arguments, Option } from "../command.ts";

// What of a project a command builds, and how, in the words of Cargo's own command line.

/** What the command line chose. */
export type Chosen = {
  /** What goes before a configuration, too. */
  readonly selection: Selection;
  /** Words for Cargo that only a project without a configuration takes: `["--features", "tls"]`. */
  readonly unconfigured: readonly string[];
  /** Words for Cargo in a project without a configuration; in others the command itself obeys them. */
  readonly obeyed: readonly string[];
  /** Options that exclude each other. */
  readonly conflict?: string;
  /** What was given as a target and cannot be one. */
  readonly noTarget?: string;
};

/** Options that go before what the configuration says. */
const overConfiguration: readonly Option[] = [
  { name: "profile", value: "PROFILE", summary: "build with this Cargo profile" },
  { name: "release", short: "r", summary: "the same as --profile release, which is the default" },
  { name: "target", value: "TRIPLE", summary: "build for this target", repeat: true },
  { name: "ignore-rust-version", summary: "ignore the `rust-version` of packages" },
  { name: "locked", summary: "accepted for Cargo's sake: no build writes the lock" },
];

const features: readonly Option[] = [
  { name: "features", short: "F", value: "FEATURES", summary: "turn these features on", repeat: true },
  { name: "all-features", summary: "turn all features on" },
  { name: "no-default-features", summary: "leave the default features off" },
];

const packages: readonly Option[] = [
  {
    name: "package",
    short: "p",
    value: "PKG",
    summary: "build only this package of the workspace",
    repeat: true,
  },
];

const programs: readonly Option[] = [
  { name: "workspace", summary: "build all packages of the workspace" },
  { name: "exclude", value: "PKG", summary: "leave this package of the workspace out", repeat: true },
  { name: "lib", summary: "build only the library" },
  { name: "bins", summary: "build only programs" },
  { name: "bin", value: "NAME", summary: "build only this program", repeat: true },
];

/** The options of `gantry check`: the checks themselves say which packages they are about. */
export const checkOptions: readonly Option[] = [...overConfiguration, ...features];

/** The options of `gantry run`, whose own `--bin` also chooses among the programs of a configuration's output. */
export const runOptions: readonly Option[] = [
  ...packages,
  { name: "bin", value: "NAME", summary: "run this program" },
  ...checkOptions,
];

/** The options of `gantry warm`, by which Cargo's own defaults hold. */
export const warmOptions: readonly Option[] = [
  ...packages,
  ...programs,
  ...checkOptions.map((option) =>
    option.name === "release" ? { ...option, summary: "the same as --profile release" } : option,
  ),
];

/** The options of `gantry build`. */
export const buildOptions: readonly Option[] = [...packages, ...programs, ...checkOptions];

/**
 * Reads what the options of this file choose.
 *
 * @param own options that the command itself obeys in a project with a configuration
 */
export function readSelection(args: Arguments, own: readonly string[] = []): Chosen {
  const wordsOf = ({ name, value }: Option): string[] => {
    if (value === undefined) return args.count(name) > 0 ? [`--${name}`] : [];
    return args.values(name).flatMap((each) => [`--${name}`, each]);
  };
  const [profile, platform] = [args.value("profile"), args.value("target")];
  // What they install would have the same names.
  const targets = [...new Set(args.values("target"))].map((each) => `\`--target ${each}\``);
  const isRelease = args.count("release") > 0;
  const ignores = args.count("ignore-rust-version") > 0;
  const isOwn = ({ name }: Option): boolean => own.includes(name);
  return {
    selection: {
      args: [...packages.flatMap(wordsOf), ...(ignores ? ["--ignore-rust-version"] : [])],
      ...(isRelease && { profile: "release" }),
      ...(profile !== undefined && { profile }),
      ...(platform !== undefined && { platform }),
    },
    unconfigured: [...programs, ...features].filter((option) => !isOwn(option)).flatMap(wordsOf),
    obeyed: programs.filter(isOwn).flatMap(wordsOf),
    ...(targets.length > 1 && { conflict: targets.join(" and ") }),
    ...(platform !== undefined && !/^\w[\w.-]*$/.test(platform) && { noTarget: platform }),
    ...(isRelease && profile !== undefined && { conflict: `\`--release\` and \`--profile ${profile}\`` }),
  };
}

/** What was chosen, if nothing was. */
export const nothingChosen: Chosen = { selection: { args: [] }, unconfigured: [], obeyed: [] };

/**
 * What was chosen, for a project.
 *
 * Errors: `usage`; `selection-configured` for what a configuration says itself.
 *
 * @param configuration `gantry.config.ts`, absolute, where there is one
 */
export function selectionFor(
  { selection, unconfigured, obeyed, conflict, noTarget }: Chosen,
  configuration: string | undefined,
): Result<Selection> {
  if (conflict !== undefined) {
    return err(diagnostic("usage", `${conflict} cannot stand together`, { help: ["remove one"], status: 2 }));
  }
  if (noTarget !== undefined) return err(targetless(noTarget));
  if (configuration === undefined) {
    return ok({ ...selection, args: [...selection.args, ...unconfigured, ...obeyed] });
  }
  return unconfigured.length === 0 ? ok(selection) : err(configured(unconfigured, basename(configuration)));
}

function targetless(platform: string): Diagnostic {
  return diagnostic("usage", `\`--target ${platform || "''"}\` names no target`, {
    notes: ["a target is a platform by its triple: `wasm32-unknown-unknown`, `aarch64-unknown-linux-gnu`"],
    help: ["see what there is: rustc --print target-list"],
    status: 2,
  });
}

function configured(words: readonly string[], configuration: string): Diagnostic {
  const extra = ["--locked", ...words].map((word) => JSON.stringify(word)).join(", ");
  return diagnostic(
    "selection-configured",
    `\`${configuration}\` says what is built, and not \`${words[0]}\``,
    {
      notes: [`\`${words[0]}\` is for projects without a configuration`],
      help: [`put it into the arguments of \`crane.buildPackage\` there: cargoExtraArgs: [${extra}]`],
      status: 2,
    },
  );
}
