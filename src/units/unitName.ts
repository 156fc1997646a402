import type { Message } from "../cargo/message.ts";
import { parsePackageId } from "../cargo/parsePackageId.ts";
import type { Unit } from "../cargo/unitGraph.ts";

/** A unit as people speak of it. */
export type UnitName = {
  readonly package: string;
  readonly version: string;
  /** `lib`, `bin`, `proc-macro`, `custom-build`, … */
  readonly target: string;
  /** `build`, `check`, `test`, `run-custom-build`. */
  readonly mode: string;
};

export function nameOfUnit(unit: Unit): UnitName {
  const { name, version } = unit.package;
  return { package: name, version, target: unit.target.kind[0] ?? "", mode: unit.mode };
}

/** The unit that a message says was compiled or run just now; undefined for what was fresh, and other messages. */
export function nameOfMessage(message: Message): UnitName | undefined {
  if (message.type !== "compiler-artifact" || message.fresh) return undefined;
  const id = parsePackageId(message.packageId);
  if (!id) return undefined;
  const check = message.filenames.every((file) => file.endsWith(".rmeta"));
  const mode = message.test ? "test" : check ? "check" : "build";
  return { package: id.name, version: id.version, target: message.target.kind[0] ?? "", mode };
}
