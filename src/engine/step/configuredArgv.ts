import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";

type Argv = readonly [string, ...string[]];

/**
 * A command of Cargo's own with Gantry's settings put above the project's own: Cargo lets what `--config` names go before all
 * files (Cargo 1.63). It stands after the verb, since `cargo clippy` hands only that on. Other programs find the settings in
 * Cargo's home alone, as most do not know the option.
 *
 * - The settings that name the vendored crates: a project that vendors for plain Cargo has a `[source]` of its own, whose
 *   directory no step sees.
 * - The build directory, where the project moves it (Cargo 1.91): it would lie in the source, where nothing is kept. It is no
 *   variable, since a Cargo that a build script starts would inherit it, and wait for the one that runs the script.
 * - That rustc names libraries among what it read (`binary-dep-depinfo`, seen with the nightly of Cargo 1.97), is switched
 *   off: Cargo would compare times, and find no restored unit fresh. Gantry knows what a unit is linked from.
 *
 * @param settings the project's own, see `CargoSettings`
 * @param more what else this command is configured with
 */
export function configuredArgv(
  step: Derivation,
  settings: readonly string[],
  argv: Argv,
  more: readonly string[] = [],
): Argv {
  const [program, verb, ...rest] = argv;
  if (program !== "cargo" || !takesSettings.has(verb ?? "")) return argv;
  if (!(world.cargoConfig in step.mounts) && more.length === 0) return argv;
  const movesBuild = settings.some((text) => /^build-dir\s*=/m.test(text));
  const { at = world.targetDirectory } = step.targetDirectory ?? {};
  const buildDirectory = movesBuild ? ["--config", `build.build-dir="${at}"`] : [];
  const namesLibraries =
    "CARGO_UNSTABLE_BINARY_DEP_DEPINFO" in step.env ||
    settings.some((text) => /^(unstable\.)?binary-dep-depinfo\s*=/m.test(text));
  const depInfo = namesLibraries ? ["--config", "unstable.binary-dep-depinfo=false"] : [];
  const vendored = world.cargoConfig in step.mounts ? ["--config", `${world.cargoConfig}/config.toml`] : [];
  const others = more.flatMap((setting) => ["--config", setting]);
  const config = [...vendored, ...buildDirectory, ...depInfo, ...others];
  // nextest has the option for each of its own commands (0.9.148).
  const own = verb === "nextest" ? rest.slice(0, 1) : [];
  return [program, verb ?? "", ...own, ...config, ...rest.slice(own.length)];
}

/** Cargo 1.95, and nextest, which hands them on to Cargo. */
const takesSettings: ReadonlySet<string> = new Set([
  ...[
    "b",
    "bench",
    "build",
    "c",
    "check",
    "clean",
    "clippy",
    "d",
    "doc",
    "fetch",
    "fix",
    "generate-lockfile",
  ],
  ...["install", "metadata", "nextest", "package", "pkgid", "publish", "r", "run", "rustc", "rustdoc", "t"],
  ...["test", "tree", "update", "vendor"],
]);
