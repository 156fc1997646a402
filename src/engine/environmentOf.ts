import { canonical, type Data } from "../base/canonical.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import type { Phase } from "../derivation/phase.ts";
import type { Memo } from "../store/store.ts";
import type { UnitEnvironment } from "../units/unitEnvironment.ts";
import { configuresOtherPrograms } from "./codeVariables.ts";
import { configurationFlags } from "./configurationFlags.ts";
import { type EnvironmentParts, recordEnvironment } from "./environmentParts.ts";
import type { Workplace } from "./runStep.ts";

/**
 * What is compiled, and so belongs to the units' own keys, and where Cargo finds it. All other mounts are the
 * environment.
 */
const compiled = new Set(["/build/source", "/build/vendor", "/build/.cargo"]);

type Besides = {
  /** What runs beside Cargo's plain commands. */
  readonly compilers: readonly Phase[];
  /** Variables that the units' own keys have. Default: none. */
  readonly without?: Readonly<Record<string, string>>;
};

/**
 * The environment that a step's units are compiled in: variables, toolchain, native inputs, Cargo's
 * configuration, the sandbox, and what else runs. The source's own `.cargo/config.toml` is read where it lies, since
 * its flags and variables reach every unit, and so does what it names of the source's files.
 */
export function environmentOf(
  { engine, step, configuration }: Pick<Workplace, "engine" | "step" | "configuration">,
  { compilers, without = {} }: Besides,
): UnitEnvironment {
  const mounts = [...step.mounts].filter(([at]) => !compiled.has(at));
  const parts: EnvironmentParts = {
    env: Object.fromEntries(Object.entries(step.derivation.env).filter(([name]) => !(name in without))),
    mounts: Object.fromEntries(mounts.map(([at, inputs]) => [at, inputs.map((input) => input.digest)])),
    names: Object.fromEntries(
      mounts.map(([at, inputs]) => [at, inputs.flatMap((input) => input.name ?? []).join(", ")]),
    ),
    configuration: configuration.settings,
    ...(Object.keys(configuration.files).length > 0 && { files: configuration.files }),
    flags: configurationFlags(step.derivation.target?.plans ?? []),
    sandbox: engine.sandbox.identity,
    compilers: compilers.map((phase): Data => ({ ...phase })),
  };
  const whole = recorded(engine.store.memo, parts);
  // Flags may stand in such a file, too.
  if (parts.files || mayCompileWithNatives(parts)) return { whole, pure: whole };
  const usr = { ...parts.mounts, "/usr": baseSystemOf(step) };
  return { whole, pure: recorded(engine.store.memo, { ...parts, mounts: usr }) };
}

function recorded(memo: Memo, parts: EnvironmentParts): Digest {
  const { names: _, ...hashed } = parts;
  const digest = digestOf(canonical(hashed));
  recordEnvironment(memo, digest, parts);
  return digest;
}

/** What is mounted at `/usr` beside native packages. */
function baseSystemOf({ derivation, mounts }: Workplace["step"]): Digest[] {
  const described = derivation.mounts["/usr"] ?? [];
  const inputs = "type" in described ? [described] : described;
  return (mounts.get("/usr") ?? []).flatMap(({ digest }, at) =>
    inputs[at]?.type === "native" ? [] : [digest],
  );
}

/** Where a native program may be called for every unit, or what flags rustc gets names files of the system. */
function mayCompileWithNatives({ env, configuration, flags }: EnvironmentParts): boolean {
  const rustflags = Object.entries(env).flatMap(([name, value]) => (/RUSTFLAGS/.test(name) ? [value] : []));
  const settings = [...configuration, ...flags, ...rustflags];
  return configuresOtherPrograms(env, settings) || settings.some((text) => /\/usr\b/.test(text));
}
