import { cargoEnvironment } from "../../crane/cargoEnvironment.ts";
import type { Derivation } from "../../derivation/derivation.ts";
import type { Finding } from "./finding.ts";
import { nativeInput } from "./nativeInput.ts";

/**
 * The arguments of a step with what the findings say is missing, as one writes them; none where nothing is.
 * Values of variables are not shown: they may be secrets.
 *
 * @example
 * declarations(step, findings) // ["nativeBuildInputs: [pkgs.protobuf, pkgs.zlib]", 'env: { …, FOO: "…" }']
 */
export function declarations(step: Derivation, findings: readonly Finding[]): string[] {
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
