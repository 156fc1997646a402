import type { CargoConfig, ConfigNode } from "../../cargo/config/cargoConfig.ts";
import type { Phase } from "../../derivation/model.ts";

// Steps that compile for just the processor of the machine that they run on.

type Compiling = {
  readonly phases: readonly Phase[];
  readonly env: Readonly<Record<string, string>>;
  readonly settings: CargoConfig | undefined;
  /** A file of the source by its path, as far as there is one. */
  readonly text: (path: string) => string | undefined;
};

/**
 * Whether a step's commands, variables or settings tell compilers to compile for just the processor that they run on. Files of flags
 * (`@flags.txt`) and of settings (`--config FILE`) are looked into, too. What build scripts ask of compilers by themselves, nobody knows beforehand.
 */
export function isForThisProcessor({ phases, env, settings, text }: Compiling): boolean {
  const words = [
    ...Object.values(env),
    ...phases.flatMap((phase) => (phase.type === "run" ? phase.argv : [])),
    ...(settings ? textsIn(settings.merged) : []),
  ]
    .join(" ")
    .replaceAll("\x1f", " ");
  const named = /(?:(?<=^|[\s"',])@|--config[ =])([^\s"',]+)/g;
  const files = [...words.matchAll(named)].flatMap(([, path = ""]) => text(path) ?? []);
  return asksForThisProcessor([words, ...files]);
}

/** Whether a text has such flags: `-C target-cpu=native` of rustc, `-march=native` and its like of C compilers. */
export function asksForThisProcessor(texts: readonly string[]): boolean {
  return texts.some((each) => /(?:target-cpu|-m(?:arch|cpu|tune))[=\s]+native\b/.test(each));
}

function textsIn(node: ConfigNode): string[] {
  if (node.kind === "scalar") return typeof node.value === "string" ? [node.value] : [];
  return [...(node.kind === "list" ? node.items : node.entries.values())].flatMap(textsIn);
}
