import { formatColumns } from "../formatColumns.ts";
import type { Missing, NativeFacts, OutputFacts, ProjectFacts } from "./projectFacts.ts";

/** The facts of a project as a person reads them, in one block for each kind. */
export function factsText(facts: ProjectFacts): string {
  const project: [string, string][] = [
    ["project", facts.root],
    ["configuration", facts.configuration ?? "none: what any Cargo project offers"],
    ...facts.sources.map(({ root, keeps }): [string, string] => ["source", `${root}: ${keeps}`]),
    ...facts.toolchains.map((found): [string, string] => ["toolchain", toolchainText(found)]),
    ...facts.native.map((found): [string, string] => ["native", `${found.name}: ${nativeText(found)}`]),
  ];
  const blocks = [
    formatColumns(project),
    outputLines("packages", facts.packages),
    outputLines("checks", facts.checks),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function outputLines(title: string, outputs: readonly OutputFacts[]): string[] {
  if (outputs.length === 0) return [];
  const rows = outputs.map(({ name, step, layer }) => [name, step, layer === undefined ? "" : `on ${layer}`]);
  return [title, ...formatColumns(rows).map((line) => `  ${line}`)];
}

function toolchainText(found: ProjectFacts["toolchains"][number]): string {
  return isMissing(found) ? found.missing : `${found.version}, ${found.directory}`;
}

function nativeText(found: NativeFacts): string {
  if (isMissing(found)) return found.missing;
  return [found.provider, ...(found.version === undefined ? [] : [found.version])].join(" ");
}

function isMissing(found: object): found is Missing {
  return "missing" in found;
}
