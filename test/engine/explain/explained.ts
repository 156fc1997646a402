import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import type { Derivation, NativePackage } from "../../../src/derivation/model.ts";
import { explainFailure } from "../../../src/engine/explain/explainFailure.ts";
import type { Observation } from "../../../src/sandbox/observation.ts";

/** A step that has declared protobuf and one variable. */
const step: Derivation = {
  type: "derivation",
  name: "app",
  phases: [],
  env: { HOME: "/build/home", PATH: "/usr/bin", PROTOC: "/usr/bin/protoc" },
  mounts: { "/usr": [pkgs.protobuf, { type: "base-system" }] },
};

const configuration = "defineProject(({ crane, fileset, pkgs }) => …); pkg({ … })";

/** What is said of a log, notes and helps in one list, in a project whose configuration names everything. */
export function explained(
  log: string,
  locate: (path: string) => string | undefined = () => undefined,
  observation: Observation = { tasks: [], unattributed: [] },
): string[] {
  const lines = log.split("\n");
  const { notes, help } = explainFailure({ step, lines, configuration, locate, observation });
  return [...notes.map((note) => `note: ${note}`), ...help.map((each) => `help: ${each}`)];
}

/** The helps for a step that has declared these, in a project with that configuration. */
export function helpsFor(
  log: string,
  declared: readonly NativePackage[],
  configuration: string | undefined,
): readonly string[] {
  const native: Derivation = { ...step, env: {}, mounts: { "/usr": [...declared, { type: "base-system" }] } };
  const observation: Observation = { tasks: [], unattributed: [] };
  const lines = log.split("\n");
  return explainFailure({ step: native, lines, configuration, locate: () => undefined, observation }).help;
}
