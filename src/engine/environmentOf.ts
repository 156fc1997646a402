import { isAbsolute, join } from "node:path";
import { canonical, type Data } from "../base/canonical.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import { compilerSettings } from "../cargo/compilerSettings.ts";
import type { Derivation } from "../derivation/derivation.ts";
import type { Phase } from "../derivation/phase.ts";
import { parentDirectories } from "../project/parentDirectories.ts";
import { readCargoConfigs } from "../project/readCargoConfigs.ts";
import type { Mount } from "../sandbox/world.ts";
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
  /** Variables that the units' own keys have. */
  readonly without: Readonly<Record<string, string>>;
};

/**
 * The digest of the environment that a step's units are compiled in: variables, toolchain, native inputs, Cargo's
 * configuration, the sandbox, and what else runs. The source's own `.cargo/config.toml` is read where it lies, since
 * its flags and variables reach every unit.
 */
export function environmentOf(
  { engine, step, assembled }: Workplace,
  { compilers, without }: Besides = { compilers: [], without: {} },
): Digest {
  const mounts = [...step.mounts].filter(([at]) => !compiled.has(at));
  const parts: EnvironmentParts = {
    env: Object.fromEntries(Object.entries(step.derivation.env).filter(([name]) => !(name in without))),
    mounts: Object.fromEntries(mounts.map(([at, inputs]) => [at, inputs.map((input) => input.digest)])),
    names: Object.fromEntries(
      mounts.map(([at, inputs]) => [at, inputs.flatMap((input) => input.name ?? []).join(", ")]),
    ),
    configuration: configurationIn(assembled.mounts, step.derivation),
    flags: configurationFlags(step.derivation.target?.plans ?? []),
    sandbox: engine.sandbox.identity,
    compilers: compilers.map((phase): Data => ({ ...phase })),
  };
  const { names: _, ...hashed } = parts;
  const digest = digestOf(canonical(hashed));
  recordEnvironment(engine.store.memo, digest, parts);
  return digest;
}

/**
 * The settings of the source's own configuration of Cargo, those that it includes among them: what lies in the
 * workspace and in the directories around it. Where one does not lie at the source's root, its place is said, since
 * paths in it count from there.
 */
export function configurationIn(mounts: readonly Mount[], derivation: Derivation): string[] {
  const { workspace = "" } = derivation;
  const source = mounts.find(({ at }) => at === "/build/source");
  const directories = source?.kind === "read-only" ? source.directories : [];
  const configs = directories.flatMap((directory) => {
    const around = parentDirectories(`/${workspace}`).map((each) => join(directory, each, ".cargo"));
    const files = around.flatMap((each) => [`${each}/config`, `${each}/config.toml`]);
    return readCargoConfigs(files, directory).filter(({ shown }) => !isAbsolute(shown));
  });
  const isForeign = foreignTo(derivation, configs);
  return configs.flatMap(({ shown, text }) => {
    const settings = compilerSettings(text, isForeign);
    if (settings === "") return [];
    return /^\.cargo\/config(\.toml)?$/.test(shown) ? [settings] : [`# ${shown}\n${settings}`];
  });
}

/**
 * Which platforms of `[target.…]` nothing is compiled for: those of other systems, by their triples, which nothing
 * names that could choose them.
 */
function foreignTo({ env, target }: Derivation, configs: readonly { readonly text: string }[]) {
  const choosing = [...(target?.plans.flat() ?? []), ...Object.values(env)].join("\n");
  const isChosen = configs.some(({ text }) => /\btargets?"?\s*=/.test(text));
  return (platform: string): boolean =>
    !isChosen && /^[\w.-]+$/.test(platform) && !platform.includes("linux") && !choosing.includes(platform);
}
