import type { CargoConfig } from "../../cargo/config/cargoConfig.ts";
import type { NativePackage, Phase } from "../../derivation/model.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { optionValues } from "../arguments/optionValues.ts";
import { pkgs } from "../pkgs/pkgs.ts";

// What a step needs to compile for another platform than the machine's own.

/** What compiles and links for a platform, as far as that is known. */
type Tools = {
  readonly package: NativePackage;
  /** Before the names of its programs: `aarch64-linux-gnu-`. */
  readonly prefix: string;
  /** Rust links with it. Without: it links by itself, and needs the C compiler only where there is C. */
  readonly links: boolean;
  /** Runs its programs on another processor. */
  readonly emulator?: string;
};

function gnu(of: NativePackage, prefix: string, processor: string): Tools {
  const directory = `/usr/${prefix.replace(/-$/, "")}`;
  return { package: of, prefix, links: true, emulator: `qemu-${processor} -L ${directory}` };
}

const known: Readonly<Record<string, Tools>> = {
  "aarch64-unknown-linux-gnu": gnu(pkgs.gccAarch64, "aarch64-linux-gnu-", "aarch64"),
  "armv7-unknown-linux-gnueabihf": gnu(pkgs.gccArmhf, "arm-linux-gnueabihf-", "arm"),
  "riscv64gc-unknown-linux-gnu": gnu(pkgs.gccRiscv64, "riscv64-linux-gnu-", "riscv64"),
  "x86_64-unknown-linux-gnu": gnu(pkgs.gccX8664, "x86_64-linux-gnu-", "x86_64"),
  "x86_64-pc-windows-gnu": { package: pkgs.mingwW64, prefix: "x86_64-w64-mingw32-", links: true },
};

function toolsFor(platform: string, host: string): Tools | undefined {
  if (platform === host) return undefined;
  // `musl-gcc` is the machine's own compiler with another C library.
  if (platform === host.replace(/-gnu$/, "-musl"))
    return { package: { ...pkgs.musl, platform }, prefix: "musl-", links: false };
  return known[platform];
}

/** What a step gets besides what its arguments say, for the platforms that it compiles for. */
export type CrossToolchain = {
  readonly env: Readonly<Record<string, string>>;
  readonly nativeBuildInputs: readonly NativePackage[];
};

type Given = CrossToolchain & {
  readonly settings: CargoConfig | undefined;
  /** Programs of the platform are run, too. */
  readonly runs: boolean;
};

/**
 * Linker, C compilers and emulator for platforms, in the variables of Cargo and of the crate `cc`, with the native packages
 * that have them. What the arguments or Cargo's settings name goes before: it is left alone, and if it is none of the
 * package's programs, so is the package.
 */
export function crossToolchain(
  platforms: readonly string[],
  host: string,
  { env, nativeBuildInputs, settings, runs }: Given,
): CrossToolchain {
  const isGiven = (name: string) => name in env || settings?.env[name] !== undefined;
  const own: Record<string, string> = {};
  const packages: NativePackage[] = [];
  for (const platform of platforms) {
    const tools = toolsFor(platform, host);
    if (!tools) continue;
    const variable = (name: string) => platformVariable(platform, name);
    const ofCargo = settings?.platforms[platform];
    const ofRules = Object.entries(settings?.platforms ?? {}).flatMap(([name, of]) =>
      name.startsWith("cfg(") ? of : [],
    );
    const [compiler = "", archiver = ""] = tools.package.bins;
    const linker =
      env[variable("LINKER")] ?? [ofCargo, ...ofRules].find((of) => of?.linker)?.linker?.value ?? compiler;
    // Whoever links otherwise has the rest from elsewhere, too.
    if (!tools.package.bins.includes(linker.replace(/^\/usr\/bin\//, ""))) continue;
    packages.push(tools.links ? tools.package : { ...tools.package, isOptional: true });
    const isLinkerGiven = isGiven(variable("LINKER")) || [ofCargo, ...ofRules].some((of) => of?.linker);
    if (tools.links && !isLinkerGiven) own[variable("LINKER")] = compiler;
    const programs = { CC: compiler, ...(tools.links && { CXX: `${tools.prefix}g++`, AR: archiver }) };
    for (const [kind, program] of Object.entries(programs)) {
      const names = [`${kind}_${platform}`, `${kind}_${underscored(platform)}`, `TARGET_${kind}`, kind];
      if (!names.some(isGiven)) own[`${kind}_${underscored(platform)}`] = program;
    }
    if (!runs || tools.emulator === undefined) continue;
    if (isGiven(variable("RUNNER")) || [ofCargo, ...ofRules].some((of) => of?.runner)) continue;
    own[variable("RUNNER")] = tools.emulator;
    packages.push({ ...pkgs.qemuUser, isRunner: true, isOptional: true });
  }
  const isDeclared = ({ name }: NativePackage) => nativeBuildInputs.some((each) => each.name === name);
  const wanted = new Map(packages.filter((each) => !isDeclared(each)).map((each) => [each.name, each]));
  return { env: own, nativeBuildInputs: [...wanted.values()] };
}

function underscored(platform: string): string {
  return platform.replaceAll("-", "_");
}

/** Cargo's variable for a key of `[target.<platform>]`. */
export function platformVariable(platform: string, key: string): string {
  return `CARGO_TARGET_${underscored(platform).toUpperCase().replaceAll(".", "_")}_${key}`;
}

/** The command that usually runs programs of another platform: an emulator; undefined where there is none. */
export function usualRunner(platform: string): string | undefined {
  const [processor = ""] = platform.split("-");
  const emulator = known[platform]?.emulator;
  if (emulator !== undefined) return emulator;
  if (platform.includes("-windows-")) return "wine";
  if (platform.includes("-wasi")) return "wasmtime";
  return platform.includes("-linux-") ? `qemu-${processor.replace(/^(riscv64|arm).*/, "$1")}` : undefined;
}

/**
 * Whether something on a Linux machine is known to link for a platform: its C compiler for processors of its own family, one
 * that `crossToolchain` names, or rustc's own linker for WebAssembly, UEFI and what has no system.
 */
export function hasLinker(platform: string, host: string): boolean {
  const family = (triple: string) => triple.replace(/-.*/, "").replace(/^i[3-6]86$/, "x86_64");
  if (toolsFor(platform, host)?.links) return true;
  if (/-linux-(?!android|ohos)/.test(platform)) return family(platform) === family(host);
  return !/-(linux|windows|apple|\w*bsd|android|solaris|illumos|haiku|fuchsia|aix|hurd|redox)/.test(platform);
}

/**
 * The platforms that commands of Cargo compile for, by triple: those that a command names, else that of the environment,
 * else those of the settings, each once.
 */
export function platformsOf(
  phases: readonly Phase[],
  env: Readonly<Record<string, string>>,
  settings: CargoConfig | undefined,
): readonly string[] {
  const ofVariable = env.CARGO_BUILD_TARGET === undefined ? undefined : [env.CARGO_BUILD_TARGET];
  const usual = ofVariable ?? settings?.build.platforms?.value ?? [];
  const all = commandsOf(phases).flatMap((words) => {
    const named = optionValues(words, "--target");
    return named.length > 0 ? named : usual;
  });
  // A file that describes a platform has no standard library, and `host-tuple` stands for this machine's.
  const triples = all.filter((name) => /^[\w.-]+$/.test(name) && !/\.json$|^host-tuple$/.test(name));
  return [...new Set(triples)];
}

/** Whether programs are run for which `runner` is there. */
export function runsPrograms(phases: readonly Phase[]): boolean {
  return commandsOf(phases).some(
    ([verb = "", ...words]) =>
      ["test", "bench", "run", "nextest"].includes(verb) && !words.includes("--no-run"),
  );
}

/** The commands of Cargo that compile: verb and words for Cargo itself. */
export function commandsOf(phases: readonly Phase[]): readonly (readonly string[])[] {
  return phases.flatMap((phase) => {
    if (phase.type !== "run" || phase.argv[0] !== "cargo") return [];
    const [, ...words] = phase.argv;
    const dashes = words.indexOf("--");
    return otherVerbs.has(words[0] ?? "") ? [] : [dashes === -1 ? words : words.slice(0, dashes)];
  });
}

/** Nothing is compiled by these. */
const otherVerbs: ReadonlySet<string> = new Set(["fmt", "metadata", "tree", "audit", "deny"]);

/**
 * What compiles for another platform, to be spread into the arguments of all verbs (Crane's `mkCrossToolchainEnv`, which is
 * asked for a `stdenv` instead): `CARGO_BUILD_TARGET`, linker, C compilers and emulator in `env`, and the packages that have
 * them in `nativeBuildInputs`. For the machine's own platform there is nothing to set.
 *
 * @example
 * const arm = crane.mkCrossToolchainEnv("aarch64-unknown-linux-gnu");
 * crane.buildPackage({ src, ...arm });
 */
export function mkCrossToolchainEnv({ host }: Pick<LibContext, "host">, platform: string): CrossToolchain {
  if (platform === host) return { env: {}, nativeBuildInputs: [] };
  const given = { env: {}, nativeBuildInputs: [], settings: undefined, runs: true };
  const { env, nativeBuildInputs } = crossToolchain([platform], host, given);
  return { env: { CARGO_BUILD_TARGET: platform, ...env }, nativeBuildInputs };
}
