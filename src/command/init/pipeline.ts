import { existsSync } from "node:fs";
import { join } from "node:path";
import { shownFrom } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { pkgs } from "../../crane/pkgs/pkgs.ts";
import type { Project as Offered } from "../../crane/project.ts";
import type { NativePackage } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { serviceOf } from "../../eject/ciPipeline.ts";
import { type CiService, repositoryRoot } from "../../eject/ejectedFile.ts";
import { filesOfKind, type PlacedFile } from "../../eject/kinds/ejectedFiles.ts";
import { ciKind } from "../../eject/kinds/kinds.ts";
import type { Emit } from "../../engine/event.ts";
import { textOf } from "../../tree/files.ts";
import type { GlobalOptions } from "../command.ts";
import type { FileChange } from "../eject/applyChanges.ts";
import { foreignFile } from "../eject/writeEjected.ts";
import { withProject } from "../open/project.ts";
import type { Described } from "./configurationText.ts";
import type { Findings } from "./findings.ts";

/** The service that the repository is for; undefined where a pipeline, or another file, lies there already. */
export function pipelineToAskFor(
  root: string,
): { readonly service: CiService; readonly path: string } | undefined {
  const top = repositoryRoot(root);
  const service = serviceOf(top);
  const path = ciKind.paths.find((each) => each.includes(service)) ?? "";
  return existsSync(join(top, path)) ? undefined : { service, path };
}

type Pipelined = {
  readonly native: Described["native"];
  readonly options: GlobalOptions;
  readonly emit: Emit;
};

/**
 * The pipeline of `gantry eject ci` for the configuration that is there, or for that which is to be written.
 *
 * Errors: `eject-foreign`; where there is a configuration those of `withProject`.
 */
export async function pipelineFor(
  { project }: Findings,
  service: CiService | undefined,
  { native, options, emit }: Pipelined,
): Promise<Result<PlacedFile | undefined>> {
  if (service === undefined) return ok(undefined);
  const madeFor = async (offered: Offered): Promise<Result<PlacedFile | undefined>> => {
    const files = await filesOfKind(ciKind, { project, offered }, service);
    if (!files.ok) return files;
    const foreign = foreignFile(files.value);
    return foreign ? err(foreign) : ok(files.value[0]);
  };
  if (project.configuration !== undefined)
    return withProject(options, emit, ({ offered }) => madeFor(offered));
  return madeFor(
    needing(native.flatMap(({ name }) => Object.values(pkgs).filter((each) => each.name === name))),
  );
}

/** A project as far as a pipeline asks: it needs these packages. */
function needing(native: readonly NativePackage[]): Offered {
  const mounts = { [world.system]: native };
  return { packages: { default: { type: "derivation", name: "default", phases: [], env: {}, mounts } } };
}

/** It lies at the top of the repository, where the service looks for it. */
export function pipelineChange(pipeline: PlacedFile | undefined, root: string): FileChange[] {
  if (!pipeline) return [];
  const { file, text, next } = pipeline;
  const before = textOf(file);
  if (before === text) return [];
  const include = pipeline.path.startsWith(".gitlab/") ? "include it in `.gitlab-ci.yml`, " : "";
  const change = { file, shown: shownFrom(root, file), after: text, what: include + next };
  return [before === undefined ? change : { ...change, before }];
}
