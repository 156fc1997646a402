import { readFileSync } from "node:fs";
import type { Derivation } from "../../derivation/model.ts";
import { cargoEnvironment } from "../../derivation/world.ts";
import { type Cause, type Finding, failedLog } from "./failedLog.ts";
import {
  missingLinker,
  nativeInput,
  undeclaredHeader,
  undeclaredLibrary,
  undeclaredPkgConfig,
  undeclaredTool,
} from "./nativeCauses.ts";
import { missingComponent, network, outsidePath, undeclaredVariable, writeOutside } from "./sandboxCauses.ts";

/** What the log of a failed step says about a cause that the sandbox knows. */
type Explanation = { readonly notes: readonly string[]; readonly help: readonly string[] };

type FailedStep = {
  readonly step: Derivation;
  /** What it printed. */
  readonly lines: readonly string[];
  /** The text of `gantry.config.ts`. */
  readonly configuration: string | undefined;
  /** The host's path of a file that the step saw. */
  readonly locate: (path: string) => string | undefined;
};

/**
 * From the log of a failed step to what is not declared, and the line of `gantry.config.ts` that declares it;
 * without a configuration, the file to write. Empty where the failure has nothing to do with the sandbox.
 *
 * @example
 * explainFailure({ step, lines: ["fatal error: zlib.h: No such file or directory"], configuration, locate }).help
 * // ["in `gantry.config.ts`: nativeBuildInputs: [pkgs.zlib]"]
 */
export function explainFailure({ step, lines, configuration, locate }: FailedStep): Explanation {
  const log = failedLog(lines, locate);
  const findings = causes.flatMap((cause) => cause(log));
  const missing = declarations(step, findings);
  return {
    notes: unique(findings.map(({ note }) => note)),
    help: [...inConfiguration(missing, configuration), ...unique(findings.flatMap(({ help }) => help ?? []))],
  };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** What the sandbox knows to be behind a failure. All are asked, since one log may show several. */
const causes: readonly Cause[] = [
  undeclaredTool,
  undeclaredPkgConfig,
  undeclaredHeader,
  undeclaredLibrary,
  missingLinker,
  missingComponent,
  undeclaredVariable,
  network,
  outsidePath,
  writeOutside,
];

/**
 * The arguments of a step with what the findings say is missing, as one writes them; none where nothing is.
 * Values of variables are not shown: they may be secrets.
 *
 * @example
 * declarations(step, findings) // ["nativeBuildInputs: [pkgs.protobuf, pkgs.zlib]", 'env: { …, FOO: "…" }']
 */
function declarations(step: Derivation, findings: readonly Finding[]): string[] {
  const declared = Object.values(step.mounts)
    .flat()
    .flatMap((input) => (input.type === "native" ? [nativeInput(input)] : []));
  const inputs = [...new Set([...declared, ...findings.flatMap((finding) => finding.inputs ?? [])])];
  const own = Object.keys(step.env).filter((name) => !Object.hasOwn(cargoEnvironment, name));
  const variables = [...new Set(findings.flatMap((finding) => finding.variables ?? []))];
  const missing = variables.filter((name) => !own.includes(name)).map((name) => `${name}: "…"`);
  return [
    ...(inputs.length > new Set(declared).size ? [`nativeBuildInputs: [${inputs.join(", ")}]`] : []),
    ...(missing.length > 0 ? [`env: { ${[...(own.length > 0 ? ["…"] : []), ...missing].join(", ")} }`] : []),
  ];
}

/**
 * Helps that say how to declare something, in the names that the project's own configuration uses; where it has
 * none, the file to write.
 *
 * @param declarations as in the arguments of `buildPackage`: `nativeBuildInputs: [pkgs.zlib]`
 * @param text of `gantry.config.ts`
 */
export function inConfiguration(declarations: readonly string[], text: string | undefined): string[] {
  if (declarations.length === 0) return [];
  if (text === undefined) {
    const own = declarations.filter((line) => !line.startsWith("src: "));
    return [`write \`gantry.config.ts\` beside \`Cargo.toml\`:\n${exampleConfiguration(own)}`];
  }
  const mentions = (name: string) => new RegExp(`\\b${name}\\b`).test(text);
  const lines = declarations.map((line) => (mentions("lib") ? line : line.replace(/\blib\./g, "crane.")));
  const needs = (name: string) =>
    lines.some((line) => new RegExp(`\\b${name}\\b[.(]`).test(line)) && !mentions(name);
  const names = ["fileset", "pkgs"].filter(needs);
  return [
    ...lines.map((line) => `in \`gantry.config.ts\`: ${line}`),
    ...(names.length > 0
      ? [`and take what it names: defineProject(({ crane, ${names.join(", ")} }) => …)`]
      : []),
    ...(needs("pkg") ? ['and import it: import { defineProject, pkg } from "gantry"'] : []),
  ];
}

/** The text of the project's `gantry.config.ts`; undefined where it has none. */
export function configurationText(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, "utf8");
}

/**
 * A whole `gantry.config.ts` that offers what a project without one offers, with some more arguments for every
 * step. Whoever has no configuration can save it as it is.
 *
 * @param declarations as in the arguments of `buildPackage`: `nativeBuildInputs: [pkgs.zlib]`
 */
function exampleConfiguration(declarations: readonly string[]): string {
  const text = declarations.join(" ");
  const names = ["crane", "fileset", ...(/\bpkgs\./.test(text) ? ["pkgs"] : [])];
  const imports = /\bpkg\(/.test(text) ? "defineProject, pkg" : "defineProject";
  return `import { ${imports} } from "gantry";

export default defineProject(({ ${names.join(", ")} }) => {
  const src = fileset.everything();
  const common = { ${["src", ...declarations].join(", ")} };
  return {
    packages: { default: crane.buildPackage({ ...common, doCheck: false }) },
    checks: {
      clippy: crane.cargoClippy(common),
      fmt: crane.cargoFmt({ src }),
      test: crane.cargoTest(common),
    },
  };
});`;
}
