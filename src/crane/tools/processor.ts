import type { CargoConfig, ConfigNode } from "../../cargo/config/cargoConfig.ts";
import type { Phase } from "../../derivation/model.ts";

// Steps that compile for just the processor of the machine that they run on.

type Compiling = {
  readonly phases: readonly Phase[];
  readonly env: Readonly<Record<string, string>>;
  readonly settings: CargoConfig | undefined;
  /** A file of the workspace by its path, as far as there is one. */
  readonly text: (path: string) => string | undefined;
};

/**
 * Whether a step's commands, variables, settings or profiles tell compilers to compile for just the processor that they run on.
 * Files of flags (`@flags.txt`), of settings (`--config FILE`) and of platforms (`--target FILE.json`) are looked into, too. What
 * build scripts ask of compilers by themselves, nobody knows beforehand.
 */
export function isForThisProcessor({ phases, env, settings, text }: Compiling): boolean {
  const words = [
    ...Object.values(env),
    ...phases.flatMap((phase) => (phase.type === "run" ? phase.argv : [])),
    ...(settings ? textsIn(settings.merged) : []),
  ]
    .join(" ")
    .replaceAll("\x1f", " ");
  const named = /(?:(?<=^|[\s"',])@|--config[ =])([^\s"',]+)|([^\s"',=]+\.json)(?![^\s"',])/g;
  const files = [...words.matchAll(named)].flatMap(([, flags, json]) => text(flags ?? json ?? "") ?? []);
  // Profiles may have flags (`profile-rustflags`, unstable in Cargo 1.97).
  return asksForThisProcessor([words, ...files, text("Cargo.toml") ?? ""]);
}

/**
 * Whether a text has such flags: `-C target-cpu=native` of rustc, `-march=native` and its like of C compilers, wherever they are handed
 * on; or describes such a platform.
 */
export function asksForThisProcessor(texts: readonly string[]): boolean {
  const flags = /(?:(?:target|tune)-cpu|\bm(?:arch|cpu|tune))[=\s"',]+native\b/;
  return texts.some((each) => flags.test(each) || /"cpu"\s*:\s*"native"/.test(each));
}

function textsIn(node: ConfigNode): string[] {
  if (node.kind === "scalar") return typeof node.value === "string" ? [node.value] : [];
  return [...(node.kind === "list" ? node.items : node.entries.values())].flatMap(textsIn);
}
