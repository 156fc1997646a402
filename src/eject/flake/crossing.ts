import type { Call } from "../../crane/arguments/calls.ts";
import type { LibContext } from "../../crane/arguments/libContext.ts";
import { commandsOf, crossToolchain, platformsOf, runsPrograms } from "../../crane/tools/crossToolchain.ts";
import type { Derivation, NativePackage, Tool } from "../../derivation/model.ts";
import { type Nix, string, word } from "../nix/nix.ts";
import { cannot, defined, type Scope } from "./scope.ts";

/** What a step that compiles for other platforms has for it. */
export type Crossing = {
  /** By triple. Independent of the machine, since the flake is for all systems. */
  readonly platforms: readonly string[];
  /** Variables whose values are compilers of nixpkgs. */
  readonly variables: ReadonlyMap<string, Nix>;
  /** Whether a package is one that these variables name. */
  readonly replaces: (each: NativePackage | Tool) => boolean;
};

/** What nixpkgs calls the package sets for other platforms, under `pkgsCross`; and their compilers, in the flake. */
const packageSets: Readonly<Record<string, { readonly packages: string; readonly compiler: string }>> = {
  "aarch64-unknown-linux-gnu": { packages: "aarch64-multiplatform", compiler: "aarch64Cc" },
  "aarch64-unknown-linux-musl": { packages: "aarch64-multiplatform-musl", compiler: "aarch64MuslCc" },
  "armv7-unknown-linux-gnueabihf": { packages: "armv7l-hf-multiplatform", compiler: "armv7Cc" },
  "riscv64gc-unknown-linux-gnu": { packages: "riscv64", compiler: "riscv64Cc" },
  "x86_64-unknown-linux-gnu": { packages: "gnu64", compiler: "x86_64Cc" },
  "x86_64-unknown-linux-musl": { packages: "musl64", compiler: "muslCc" },
  "x86_64-pc-windows-gnu": { packages: "mingwW64", compiler: "windowsCc" },
};

type Crossed = {
  readonly step: Derivation;
  readonly context: LibContext;
  readonly call: Call;
  readonly env: Readonly<Record<string, string>>;
};

/** Linker, C compilers and emulator for the platforms that a step names, which Gantry knows from the machine. */
export function crossingOf(scope: Scope, { step, context, call, env }: Crossed): Crossing {
  const { settings: settingsOf } = context;
  const source = Object.values(step.mounts)
    .flat()
    .find((input) => input.type === "source");
  const settings = source?.type === "source" ? settingsOf(source) : undefined;
  const platforms = platformsOf(step.phases, env, settings);
  const runs = runsPrograms(step.phases);
  const variables = new Map<string, Nix>();
  for (const platform of platforms) {
    const given = { settings, nativeBuildInputs: [] };
    const host = otherMachine(platform);
    const usual = crossToolchain([platform], host, { ...given, env: {}, runs: true }).env;
    const added = crossToolchain([platform], host, { ...given, env, runs }).env;
    for (const [name, value] of Object.entries({ ...usual, ...added })) {
      const isUsual = env[name] === undefined ? name in added : env[name] === value;
      if (isUsual) variables.set(name, compilerOf(scope, { platform, name, value, call }));
    }
    if (platform.endsWith("-windows-gnu") && variables.size > 0)
      variables.set(
        `CARGO_TARGET_${platform.toUpperCase().replaceAll("-", "_")}_RUSTFLAGS`,
        string("-L native=", word("pkgs.pkgsCross.mingwW64.windows.pthreads"), "/lib"),
      );
  }
  const replaces = (each: NativePackage | Tool): boolean =>
    each.type === "native" && variables.size > 0 && (each.isRunner === true || each.platform !== undefined);
  return { platforms, variables, replaces };
}

/** The platforms that a step's toolchain has to have the standard library of; none where it is compiled. */
export function standardLibraries(
  step: Derivation,
  { platforms }: Pick<Crossing, "platforms">,
): readonly string[] {
  const isBuilt =
    "CARGO_UNSTABLE_BUILD_STD" in step.env ||
    commandsOf(step.phases).some((words) => words.some((each) => each.includes("build-std")));
  return isBuilt ? [] : platforms;
}

/** A machine that is another than the platform. */
export function otherMachine(platform: string): string {
  if (platform.endsWith("-musl")) return platform.replace(/-musl$/, "-gnu");
  return platform === "x86_64-unknown-linux-gnu" ? "aarch64-unknown-linux-gnu" : "x86_64-unknown-linux-gnu";
}

type Compiler = {
  readonly platform: string;
  readonly name: string;
  readonly value: string;
  readonly call: Call;
};

function compilerOf(scope: Scope, { platform, name, value, call }: Compiler): Nix {
  if (name.endsWith("_RUNNER")) return string(word("pkgs.qemu"), `/bin/${value.replace(/ -L .*/, "")}`);
  const known = packageSets[platform];
  if (known === undefined)
    return cannot(scope, `it is not known which packages of nixpkgs compile for \`${platform}\``, {
      call,
      help: [`set \`${name}\` in \`env\``],
    });
  const cc = defined(scope, { of: `cc ${platform}`, name: known.compiler }, () =>
    word(`pkgs.pkgsCross.${known.packages}.stdenv.cc`),
  );
  const program = /^CXX_/.test(name) ? "c++" : /^AR_/.test(name) ? "ar" : "cc";
  return string(cc, "/bin/", { kind: "select", of: cc, name: "targetPrefix" }, program);
}
