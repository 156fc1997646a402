import { type SourceArgs, sourceOf, wholeSource } from "../../crane/arguments/sources.ts";
import type { BuildDepsOnlyArgs } from "../../crane/verbs/buildDepsOnly.ts";
import type { CargoArgs, MkCargoDerivationArgs } from "../../crane/verbs/mkCargoDerivation.ts";
import type {
  DummySource,
  NativePackage,
  Phase,
  Source,
  Tool,
  Tree,
  Vendor,
} from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { list, type Nix, call as nixCall, set, string, text, word } from "../nix/nix.ts";
import { type Entries, sayArguments, variables } from "./arguments.ts";
import type { Crossing } from "./crossing.ts";
import { crossingIn, type Step, variablesOf } from "./describedSteps.ts";
import { cannot, type Scope } from "./scope.ts";
import { sourceWord } from "./sources.ts";
import type { FlakeLib } from "./toolchains.ts";
import { type For, shellText, valueParts } from "./values.ts";
import { treeOf, vendorDirectory } from "./vendor.ts";

/** Functions of Crane's that begin with compiled dependencies. */
export const layeredVerbs: ReadonlySet<string> = new Set([
  ...[
    "buildPackage",
    "buildTrunkPackage",
    "cargoBuild",
    "cargoClippy",
    "cargoDoc",
    "cargoDocTest",
    "cargoTest",
  ],
  ...["cargoLlvmCov", "cargoNextest", "cargoTarpaulin"],
]);

/** Functions whose crates are vendored. */
const vendoringVerbs: ReadonlySet<string> = new Set([
  ...layeredVerbs,
  ...["buildDepsOnly", "cargoDeny", "cargoHakari", "mkCargoDerivation"],
]);

type Saying = For & { readonly verb: string };

/** The arguments of Crane's function for a step, but for `cargoArtifacts`. */
export function stepEntries(scope: Scope, step: Step, lib: FlakeLib): ReadonlyMap<string, Nix> {
  const { call } = step;
  const { verb } = call;
  const crossing = crossingIn(scope, step);
  const args = withoutReplaced(withNative(scope, step.args), crossing);
  const { nativeBuildInputs = [], buildInputs = [] } = args as Partial<CargoArgs>;
  const of: Saying = {
    ...{ what: `\`${verb}\``, verb, call, toolchain: lib.toolchain },
    packages: [...nativeBuildInputs, ...buildInputs],
  };
  const entries = new Map<string, Nix>();
  const { dummySrc } = args as Partial<BuildDepsOnlyArgs>;
  // Crane looks at no `src` beside a `dummySrc`, and says so; and it makes that of `mkDummySrc` by itself, when it is built.
  if (dummySrc === undefined) entries.set("src", sourceEntry(scope, step, lib.lib));
  else if (dummySrc.type === "dummy-source")
    entries.set("src", sourceWord(scope, lib.lib, wholeSource(dummySrc)));
  const vendor = vendoringVerbs.has(verb) ? vendorEntry(scope, step, lib) : undefined;
  if (vendor) entries.set("cargoVendorDir", vendor);
  const said = verb === "mkCargoDerivation" ? phasesOf(scope, args, of) : sayArguments(scope, args, of);
  for (const [name, nix] of [...said, ...particular(scope, step, lib)]) entries.set(name, nix);
  sayVariables(scope, entries, { env: variablesOf(step), crossing, of });
  return entries;
}

/** What a project without a configuration is given depends on what is installed, and a flake must not. */
function withNative({ native }: Scope, args: Step["args"]): Step["args"] {
  if (native === undefined || !("nativeBuildInputs" in args)) return args;
  const { nativeBuildInputs: _, ...others } = args;
  return native.length === 0 ? others : { ...args, nativeBuildInputs: native };
}

/** Compilers that variables name are needed by nobody else. */
function withoutReplaced(args: Step["args"], { replaces }: Crossing): Step["args"] {
  const given = args.nativeBuildInputs as readonly (NativePackage | Tool)[] | undefined;
  if (!given?.some(replaces)) return args;
  const { nativeBuildInputs: _, ...others } = args;
  const rest = given.filter((each) => !replaces(each));
  return rest.length === 0 ? others : { ...args, nativeBuildInputs: rest };
}

function sourceEntry(scope: Scope, { call, args }: Step, lib: Nix): Nix {
  const given = args.src as CargoArgs["src"];
  if (call.verb !== "taploFmt") return sourceOrDummy(scope, given, lib);
  const src = sourceWord(scope, lib, wholeSource(given));
  return nixCall("lib.sources.sourceFilesBySuffices", src, list([string(".toml")]));
}

function sourceOrDummy(scope: Scope, given: Source | DummySource, lib: Nix): Nix {
  const src = sourceWord(scope, lib, wholeSource(given));
  if (given.type === "source") return src;
  return nixCall({ kind: "select", of: lib, name: "mkDummySrc" }, set([["src", src]]));
}

function vendorEntry(scope: Scope, { value, args, context, call }: Step, lib: FlakeLib): Nix | undefined {
  const given = args.cargoVendorDir as Vendor | Source | null | undefined;
  if (given === null) return word("null");
  if (given?.type === "source") return sourceWord(scope, lib.lib, given);
  const mounted = [value.mounts[world.vendor] ?? []].flat().find((input) => input.type === "vendor");
  return vendorDirectory(scope, {
    ...{ context, lib, call, args: args as SourceArgs },
    src: sourceOf(wholeSource(args.src as CargoArgs["src"]), args as SourceArgs),
    vendor: given ?? mounted,
  });
}

/** What single functions have besides. */
function particular(scope: Scope, { call, args, value }: Step, lib: FlakeLib): Entries {
  switch (call.verb) {
    case "buildDepsOnly": {
      const { dummySrc } = args as Partial<BuildDepsOnlyArgs>;
      return dummySrc?.type === "source" ? [["dummySrc", sourceWord(scope, lib.lib, dummySrc)]] : [];
    }
    case "cargoAudit":
      return [["advisory-db", treeOf(scope, lib.lib, args["advisory-db"] as Tree, call)]];
    case "cargoDeny":
      if (args["advisory-db"])
        cannot(scope, "Crane's `cargoDeny` looks for no advisories, since it has no database of them", {
          call,
          help: ['two checks: crane.cargoDeny({ src }) and crane.cargoAudit({ src, "advisory-db": … })'],
        });
      return [];
    case "buildTrunkPackage": {
      const version = value.env.TRUNK_TOOLS_WASM_BINDGEN;
      if (args["wasm-bindgen-cli"] !== undefined || version === undefined) return [];
      return [["wasm-bindgen-cli", word(`pkgs.wasm-bindgen-cli_${version.replaceAll(".", "_")}`)]];
    }
    case "cargoLlvmCov":
      return ofCoverage(args);
    case "cargoHakari":
      return [
        ["pnameSuffix", string("-hakari")],
        ["doInstallCargoArtifacts", word("false")],
        ["nativeBuildInputs", list([word("pkgs.cargo-hakari")])],
        ["buildPhaseCargoCommand", text(hakari)],
      ];
    default:
      return [];
  }
}

const hakari = "cargo hakari generate --diff\ncargo hakari manage-deps --dry-run\ncargo hakari verify\n";

/** Crane takes `$out` for the report itself, and makes no directory of it. */
function ofCoverage(args: Step["args"]): Entries {
  const extra = (args.cargoLlvmCovExtraArgs ?? []) as readonly string[];
  const needsDirectory = extra.some((each) => each.includes("$out/")) && args.preBuild === undefined;
  const needsNextest = args.cargoLlvmCovCommand === "nextest" && args.nativeBuildInputs === undefined;
  return [
    ...(needsDirectory ? [["preBuild", string("mkdir -p $out")] as const] : []),
    ...(needsNextest ? [["nativeBuildInputs", list([word("pkgs.cargo-nextest")])] as const] : []),
  ];
}

/** The arguments of `mkCargoDerivation`, whose phases are shell text in Crane. */
function phasesOf(scope: Scope, given: Step["args"], of: Saying): Entries {
  const { buildPhaseCargoCommand, checkPhaseCargoCommand, installPhaseCommand, ...more } =
    given as MkCargoDerivationArgs;
  const { target, sourceInput, cargoArtifacts: _, ...args } = more;
  if (target || sourceInput)
    cannot(
      scope,
      `\`${target ? "target" : "sourceInput"}\` of \`mkCargoDerivation\` has no counterpart in Crane`,
      {
        call: of.call,
        help: [
          target ? "begin with a layer: cargoArtifacts" : "give it as `src`",
          "or say the step in flake.local.nix",
        ],
      },
    );
  const phases = { buildPhaseCargoCommand, checkPhaseCargoCommand, installPhaseCommand };
  return [
    ...sayArguments(scope, args, of),
    ...Object.entries(phases).flatMap(([name, runs]): Entries => {
      if (!runs) return [];
      const shell = runs.map((phase) => phaseLine(scope, phase, { ...of, what: `\`${name}\`` })).join("\n");
      return [[name, text(...valueParts(scope, runs.length > 1 ? `${shell}\n` : shell, of))]];
    }),
  ];
}

function phaseLine(scope: Scope, phase: Phase, { what, call }: For): string {
  if (phase.type === "run") {
    const line = shellText(phase.argv);
    return phase.cwd === undefined ? line : `(cd ${shellText([phase.cwd])} && ${line})`;
  }
  cannot(
    scope,
    `the phase \`${phase.type}\` in ${what} of \`mkCargoDerivation\` has no counterpart in Crane`,
    {
      call,
      help: [
        "what it does is done by crane.buildPackage({ … })",
        'or copy files by a command: { type: "run", name: "copy", argv: ["cp", …] }',
      ],
    },
  );
  return "";
}

type Variables = {
  readonly env: Readonly<Record<string, string>>;
  readonly crossing: Crossing;
  readonly of: Saying;
};

function sayVariables(scope: Scope, entries: Map<string, Nix>, { env, crossing, of }: Variables): void {
  const more = [...crossing.variables.keys()].filter((name) => !(name in env));
  const all = { ...env, ...Object.fromEntries(more.map((name) => [name, ""])) };
  const said = variables(scope, all, { ...of, said: crossing.variables });
  if (said.kind !== "attrs" || said.bindings.length === 0) return;
  // Crane's `buildTrunkPackage` has an `env` of its own, in which nothing else is left.
  if (of.verb !== "buildTrunkPackage") entries.set("env", said);
  else
    for (const binding of said.bindings)
      if (binding.kind === "binding") entries.set(binding.name, binding.value);
}
