import { isDocumentation } from "../cargo/isDocumentation.ts";
import type { Artifact, Message } from "../cargo/message.ts";
import { parsePackageId } from "../cargo/parsePackageId.ts";
import type { Unit } from "../cargo/unitGraph.ts";

/** A unit as people speak of it. */
export type UnitName = {
  readonly package: string;
  readonly version: string;
  /** `lib`, `bin`, `proc-macro`, `custom-build`, … */
  readonly target: string;
  /** `build`, `check`, `test`, `doc`, `run-custom-build`. */
  readonly mode: string;
};

export function nameOfUnit(unit: Unit): UnitName {
  const { name, version } = unit.package;
  return { package: name, version, target: unit.target.kind[0] ?? "", mode: unit.mode };
}

/** The unit that a message says was compiled or run just now; undefined for what was fresh, and other messages. */
export function nameOfMessage(message: Message): UnitName | undefined {
  return message.type === "compiler-artifact" && !message.fresh ? nameOfArtifact(message) : undefined;
}

export function nameOfArtifact(artifact: Artifact): UnitName | undefined {
  const id = parsePackageId(artifact.packageId);
  return (
    id && {
      package: id.name,
      version: id.version,
      target: artifact.target.kind[0] ?? "",
      mode: modeOf(artifact),
    }
  );
}

function modeOf(artifact: Artifact): string {
  if (artifact.test) return "test";
  if (isDocumentation(artifact)) return "doc";
  return artifact.filenames.every((file) => file.endsWith(".rmeta")) ? "check" : "build";
}
