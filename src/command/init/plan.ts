import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { withLines } from "../../base/format.ts";
import { shownFrom } from "../../base/paths.ts";
import { ok, type Result } from "../../base/result.ts";
import type { CiService } from "../../eject/ejectedFile.ts";
import type { PlacedFile } from "../../eject/kinds/ejectedFiles.ts";
import { ignoringPattern } from "../../project/gitRules.ts";
import { textOf } from "../../tree/files.ts";
import type { FileChange } from "../eject/applyChanges.ts";
import { editorTypes, typesFile } from "../open/editorTypes.ts";
import { type CheckName, configurationText, type Described } from "./configurationText.ts";
import type { Findings } from "./findings.ts";
import { pedanticChanges } from "./pedanticChanges.ts";
import { pipelineChange } from "./pipeline.ts";

/** What was chosen, by options or by answers. */
export type Choices = {
  readonly checks: readonly CheckName[];
  readonly pedantic: boolean;
  /** Whose pipeline is written; absent: none. */
  readonly ci?: CiService;
};

/** What the files are made from, beside what was chosen. */
type Material = {
  readonly native: Described["native"];
  /** The configuration that a flake gave. Default: that of a project without one. */
  readonly configuration?: string;
  /** The pipeline of `Choices.ci`. */
  readonly pipeline?: PlacedFile;
};

/**
 * All that is to be written, in the order in which it is told. A file that is there already, or says it already, is not
 * in it.
 *
 * Errors: those of `pedanticChanges`.
 */
export function changesFor(
  findings: Findings,
  { checks, pedantic }: Choices,
  { native, configuration, pipeline }: Material,
): Result<readonly FileChange[]> {
  const { project, toolchain, hasLto } = findings;
  const text =
    configuration ??
    configurationText({ checks, native, hasLto, ...(toolchain && { toolchainFile: toolchain.file }) });
  const file = join(project.root, "gantry.config.ts");
  const lints = pedantic ? pedanticChanges(findings) : ok([]);
  if (!lints.ok) return lints;
  const isConfigured = project.configuration !== undefined;
  return ok([
    ...(isConfigured ? [] : [{ file, shown: "gantry.config.ts", after: text }]),
    ...typesChange(project.configuration ?? file, project.root),
    ...ignoreChange(findings),
    ...pipelineChange(pipeline, project.root),
    ...lints.value,
  ]);
}

/** The types lie where the configuration refers to them: beside it. */
function typesChange(configuration: string, root: string): FileChange[] {
  const file = join(dirname(configuration), typesFile);
  const before = textOf(file);
  const after = editorTypes();
  if (before === after) return [];
  const change = { file, shown: shownFrom(root, file), after, what: "for editors" };
  return [before === undefined ? change : { ...change, before }];
}

/** What builds and `init` leave at the root, as git sees it: a link, links by name, a directory. */
const ignored = [
  { line: "/result", path: "result" },
  { line: "/result-*", path: "result-x" },
  { line: "/.gantry/", path: ".gantry/" },
] as const;

function ignoreChange({ project: { root }, isInGit }: Findings): FileChange[] {
  if (!isInGit) return [];
  const lines: string[] = ignored
    .filter(({ path }) => ignoringPattern(root, path) === undefined)
    .map(({ line }) => line);
  if (lines.length === 0) return [];
  const file = join(root, ".gitignore");
  const before = existsSync(file) ? textOf(file) : undefined;
  // As `cargo init` does, which adds to no file that is there either.
  if (before === undefined && ignoringPattern(root, "target/") === undefined) lines.unshift("/target");
  const change = {
    file,
    shown: ".gitignore",
    after: withLines(before ?? "", lines),
    what: lines.join(", "),
  };
  return [before === undefined ? change : { ...change, before }];
}
