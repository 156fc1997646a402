import { asksForThisProcessor } from "../../crane/tools/processor.ts";
import type { Derivation, Input, Source, Vendor } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";

type Plain = {
  /** Cargo's home, absolute, of the Cargo that runs outside. */
  readonly home: string;
  /** The words of its invocations, without `cargo`. */
  readonly invocations: readonly (readonly string[])[];
  /** Variables by which it is told how to compile. */
  readonly env: Readonly<Record<string, string>>;
  /** Its settings outside of the project, as far as they reach compilers. */
  readonly settings: string;
};

/**
 * The dependency layer as Cargo compiles it that runs outside of steps, so that it takes the units for its own: crates lie
 * where Cargo unpacks them, and nothing is set that a build script may ask Cargo to compare. Packages from git are compiled,
 * too, for what depends on them, but from another place, so that their units are of no use outside.
 *
 * @param layer of a package or a check, which says toolchain, native packages and variables
 */
export function plainStep(layer: Derivation, { home, invocations, env, settings }: Plain): Derivation {
  const { CARGO_BUILD_INCREMENTAL: _, SOURCE_DATE_EPOCH: __, ...declared } = layer.env;
  const what = whatIsVendored(layer.mounts[world.vendor], sourceOf(layer));
  const plans = invocations.map(([verb = "build", ...words]) => [verb, "--locked", ...words]);
  const isForProcessor = asksForThisProcessor([...Object.values(env), settings]);
  const { [world.vendor]: ___, [world.cargoConfig]: ____, ...mounts } = layer.mounts;
  return {
    ...layer,
    name: layer.name.replace(/(-[a-z]+)?-deps$/, "").concat("-plain-deps"),
    env: { ...declared, ...env, CARGO_HOME: home, CARGO_TARGET_DIR: world.plainTarget },
    mounts: {
      ...mounts,
      [home]: { ...what, type: "cargo-home" },
      [world.vendor]: { ...what, type: "vendor", only: "git" },
      [world.cargoConfig]: { ...what, type: "vendor-config", only: "git" },
      ...(isForProcessor && { [world.processor]: { type: "processor" } as const }),
      // Cargo looks for settings in every directory above the one that it runs in.
      ...(settings !== "" && { "/.cargo": { type: "files", files: { "config.toml": settings } } }),
    },
    phases: plans.map(([verb = "build", ...words], index) => ({
      type: "run",
      name: `${verb}-${index}`,
      argv: ["cargo", verb, "--message-format", "json-diagnostic-rendered-ansi", ...words],
      messages: "cargo",
    })),
    targetDirectory: { plans, keep: "dependencies", at: world.plainTarget },
  };
}

/** The project's files that a layer is made of. */
export function sourceOf({ mounts }: Derivation): Source | undefined {
  const [input] = [mounts[world.source] ?? []].flat();
  if (input?.type === "dummy-source") return input.of;
  return input?.type === "source" ? input : undefined;
}

/** What the lock names as it was published: of overrides the Cargo outside knows nothing. */
function whatIsVendored(
  vendor: Input | readonly Input[] | undefined,
  source: Source = { type: "source", root: ".", filter: { kind: "everything" } },
): Omit<Vendor, "type" | "changes" | "directory" | "only"> {
  const [input] = [vendor ?? []].flat();
  if (input?.type !== "vendor") return { of: source };
  const { of, locks, registries } = input;
  const own = locks?.filter((lock) => "toolchain" in lock) ?? [];
  return {
    of,
    ...(own.length > 0 && { locks: [lockFileOf(of), ...own] }),
    ...(registries && { registries }),
  };
}
