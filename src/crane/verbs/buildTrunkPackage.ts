import * as v from "valibot";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import type { Derivation, NativePackage, Run, Source, Tool } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import { optionWords } from "../arguments/arguments.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { refuse, type Schema } from "../arguments/refuse.ts";
import { wholeSource } from "../arguments/sources.ts";
import { pkg } from "../pkgs/package.ts";
import { pkgs } from "../pkgs/pkgs.ts";
import { tools, withTools } from "../tools/tools.ts";
import { layeredTarget } from "./buildDepsOnly.ts";
import { frontEnd, type PageProgram, type WasmBuild } from "./frontEnd.ts";
import {
  type CargoArgs,
  type CargoInvocation,
  cargoInvocation,
  cargoSchema,
  mkCargoDerivation,
} from "./mkCargoDerivation.ts";

export type BuildTrunkPackageArgs = CargoArgs & {
  /** The page that trunk begins with. Default: `./index.html`. */
  readonly trunkIndexPath?: string;
  /** Before `build`. Default: none. */
  readonly trunkExtraArgs?: readonly string[];
  /** After `build`. Default: none. */
  readonly trunkExtraBuildArgs?: readonly string[];
  /** Default: `tools.wasmBindgen(…)` of the version that the lock has of `wasm-bindgen`; no other one fits. */
  readonly "wasm-bindgen-cli"?: Tool | NativePackage;
  /** Run the hooks `preCheck` and `postCheck`, between which there is nothing. Default: `false`. */
  readonly doCheck?: boolean;
};

export const buildTrunkPackageSchema = {
  ...cargoSchema,
  trunkIndexPath: v.optional(v.string()),
  trunkExtraArgs: v.optional(optionWords),
  trunkExtraBuildArgs: v.optional(optionWords),
  "wasm-bindgen-cli": v.optional(
    v.looseObject(
      { type: v.picklist(["tool", "native"]) },
      'a program, as `tools.wasmBindgen("0.2.129")` gives it',
    ),
  ),
  doCheck: v.optional(v.boolean()),
} satisfies Schema<BuildTrunkPackageArgs>;

/**
 * A page with a program for it, built by `trunk build --release`: what trunk leaves in `dist` is the output (Crane's
 * `buildTrunkPackage`). Cargo compiles for `wasm32-unknown-unknown` on top of the dependency layer, before trunk does, which
 * finds all of it fresh. wasm-bindgen has the lock's version; trunk downloads nothing. What trunk wrote is not changed, as the
 * page has checksums of it.
 *
 * @throws Refused: those of `mkCargoDerivation`; `trunk-index-missing`; `wasm-bindgen-unlocked`, `wasm-bindgen-version`;
 *   `configuration-argument` for what trunk cannot hand on to Cargo
 * @example
 * const src = fileset.union(crane.cleanCargoSource("."), fileset.include("index.html", "styles/**"));
 * const page = crane.buildTrunkPackage({ src });
 */
export function buildTrunkPackage(context: LibContext, args: BuildTrunkPackageArgs): Derivation {
  const { trunkIndexPath: index = "./index.html", trunkExtraArgs = [], "wasm-bindgen-cli": given } = args;
  const src = wholeSource(args.src);
  const options = trunkOptions(args);
  const { builds, programs } = frontEnd({
    text: (path) => context.text(src, path),
    ...{ index, words: [...trunkExtraArgs, ...options], env: args.env ?? {} },
  });
  const { version, tool } = wasmBindgen(context, src, given);
  const declared = [...(args.nativeBuildInputs ?? []), tool];
  const found = programs.filter((program) => !declared.some((each) => brings(each, program)));
  const compiled = builds.map((build) => invocationOf(build, args));
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-trunk",
    nativeBuildInputs: withTools([...declared, ...found.map((name) => packageOf[name])], tools.trunk()),
    env: {
      TRUNK_OFFLINE: "true",
      TRUNK_SKIP_VERSION_CHECK: "true",
      ...(version !== undefined && { TRUNK_TOOLS_WASM_BINDGEN: version }),
      ...args.env,
    },
    buildPhaseCargoCommand: [
      ...compiled.map(({ run }) => run),
      ...(programs.includes("wasm-opt") ? [wasmOptCheck] : []),
      // A flag of trunk's takes the word after it for its value (trunk 0.21), so the page stands before all of them.
      trunkRun([...trunkExtraArgs, "build", index, "--dist", world.out, ...options]),
    ],
    target: layeredTarget(context, args, compiled.map(named)),
  });
}

function trunkRun(words: readonly string[]): Run {
  return { type: "run", name: "trunk", argv: ["trunk", ...words] };
}

const platform = "wasm32-unknown-unknown";

/**
 * wasm-opt before version 110 takes the first table for any that is exported, and says nothing: a page of wasm-bindgen's, which
 * exports its second where the compiler has reference types (Rust 1.82), does not start. See
 * findings/wasm-opt-exports-another-table.sh.
 */
const wasmOptCheck: Run = {
  type: "run",
  name: "wasm-opt",
  argv: [
    ...(["/bin/sh", "-euc"] as const),
    [
      "version=$(wasm-opt --version | sed 's/[^0-9]*\\([0-9]*\\).*/\\1/')",
      `if [ "\${version:-0}" -lt 110 ] && grep -rqs --include='*.wasm' reference-types ${world.targetDirectory}/${platform}; then`,
      '  echo "error: wasm-opt $version breaks programs with reference types" >&2',
      "  exit 1",
      "fi",
    ].join("\n"),
  ],
};

/** As trunk calls Cargo, so that it finds fresh what this compiles. */
function invocationOf({ profile, options }: WasmBuild, args: CargoArgs): CargoInvocation {
  const locks = (args.cargoExtraArgs ?? ["--locked"]).filter((word) =>
    /^--(?:locked|frozen|offline)$/.test(word),
  );
  const extra = ["--target", platform, ...options];
  return cargoInvocation("build", { ...args, cargoProfile: profile, cargoExtraArgs: locks }, { extra });
}

/** A layer of its own name: the one for the machine's own programs is another. */
function named(invocation: CargoInvocation): CargoInvocation {
  return { ...invocation, run: { ...invocation.run, name: "trunk" } };
}

/** What trunk is told: of what the arguments say to Cargo as much as it hands on, and what they say to trunk itself. */
function trunkOptions(args: BuildTrunkPackageArgs): string[] {
  const { cargoProfile = "release", cargoExtraArgs = ["--locked"], trunkExtraBuildArgs: own = [] } = args;
  const profile = cargoProfile === "" ? [] : profileOption(cargoProfile);
  const asked = new Map([profile, ...handedOn(cargoExtraArgs)].map((each) => [each.join(" "), each]));
  // Trunk takes no option twice, but for this one.
  const isGiven = ([option]: readonly string[]) =>
    option !== "--features" && own.some((word) => word === option || word.startsWith(`${option}=`));
  return [...[...asked.values()].filter((each) => !isGiven(each)).flat(), ...own];
}

/** Each option with its value. */
function handedOn(words: readonly string[]): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [, option = word, joined] = /^(--[^=]+|-[A-Za-z])=?(.+)?$/s.exec(word) ?? [];
    const flag = flags[option];
    const valued = withValue[option];
    if (flag) found.push(flag);
    else if (valued) found.push(valued(joined ?? words[++at] ?? ""));
    else return refuse(notHandedOn(word));
  }
  return found;
}

// What trunk 0.21 has of Cargo's options. Which package, program and platform is meant the page says itself, and that there is
// no network holds for all of trunk.

const flags: Readonly<Record<string, readonly string[]>> = {
  "--locked": ["--locked"],
  "--frozen": ["--frozen"],
  "--all-features": ["--all-features"],
  "--no-default-features": ["--no-default-features"],
  "--release": ["--release"],
  "-r": ["--release"],
  "--offline": [],
  "--ignore-rust-version": [],
  "--workspace": [],
  "--all": [],
  "--lib": [],
  "--bins": [],
};

const withValue: Readonly<Record<string, (value: string) => readonly string[]>> = {
  "--profile": profileOption,
  "--features": featuresOption,
  "-F": featuresOption,
  "--example": (name) => ["--example", name],
  "--target": () => [],
  "--package": () => [],
  "-p": () => [],
  "--exclude": () => [],
  "--bin": () => [],
};

function profileOption(profile: string): readonly string[] {
  if (profile === "dev") return [];
  return profile === "release" ? ["--release"] : ["--cargo-profile", profile];
}

function featuresOption(names: string): readonly string[] {
  return ["--features", names.trim().replace(/[\s,]+/g, ",")];
}

function notHandedOn(word: string) {
  return diagnostic(
    "configuration-argument",
    `trunk cannot hand \`${word}\` of \`cargoExtraArgs\` on to Cargo`,
    {
      notes: [
        `it knows ${backticked(Object.keys({ ...flags, ...withValue }).filter((each) => each.startsWith("--")))}`,
      ],
      help: ["what Cargo's settings can say, say in `.cargo/config.toml`, or in `env`"],
      status: 2,
    },
  );
}

/** What brings the programs that trunk looks for, where nothing that is declared does. */
const packageOf: Readonly<Record<PageProgram, NativePackage>> = {
  "wasm-opt": pkgs.binaryen,
  sass: pkg({ name: "dart-sass", bins: ["sass"], names: { nixpkgs: "dart-sass", pacman: "dart-sass" } }),
  tailwindcss: pkg({
    name: "tailwindcss",
    bins: ["tailwindcss"],
    names: { nixpkgs: "tailwindcss", brew: "tailwindcss" },
  }),
  "tailwindcss-extra": pkg({ name: "tailwindcss-extra", bins: ["tailwindcss-extra"], names: {} }),
};

function brings(declared: NativePackage | Tool, program: PageProgram): boolean {
  return declared.type === "native" ? declared.bins.includes(program) : declared.crate === program;
}

/**
 * wasm-bindgen in the version that the lock has of its crate: one that is a patch off refuses the program (0.2).
 */
function wasmBindgen(
  context: LibContext,
  src: Source,
  given: BuildTrunkPackageArgs["wasm-bindgen-cli"],
): { readonly version: string | undefined; readonly tool: NativePackage | Tool } {
  const version = context.lock(lockFileOf(src)).find(({ name }) => name === "wasm-bindgen")?.version;
  if (given !== undefined && (given.type === "native" || given.crate !== "wasm-bindgen-cli"))
    return { version, tool: given };
  const ofTool = given?.version;
  if (version === undefined) return given ? { version: ofTool, tool: given } : refuse(unlocked);
  if (ofTool !== undefined && ofTool !== version) return refuse(doesNotFit(ofTool, version));
  return { version, tool: { ...(given ?? tools.wasmBindgen()), version } };
}

const unlocked = diagnostic(
  "wasm-bindgen-unlocked",
  "the lock has no `wasm-bindgen`, so that nothing says which wasm-bindgen the page needs",
  {
    help: [
      "a program for a page depends on it: cargo add wasm-bindgen",
      'or name one: "wasm-bindgen-cli": tools.wasmBindgen()',
    ],
    status: 2,
  },
);

function doesNotFit(given: string, locked: string) {
  return diagnostic(
    "wasm-bindgen-version",
    `\`wasm-bindgen-cli\` ${given} does not fit: the lock has \`wasm-bindgen\` ${locked}`,
    {
      notes: ["it reads what the crate of just its own version has written into the program"],
      help: [
        `leave it away, which gives ${locked}, or name that: "wasm-bindgen-cli": tools.wasmBindgen("${locked}")`,
        `or have the lock follow: cargo update -p wasm-bindgen --precise ${given}`,
      ],
      status: 2,
    },
  );
}
