import type { Log, ReportingDescriptor, Result, Run } from "sarif";
import type { Finding } from "./evidence.ts";

/**
 * SARIF 2.1.0 of what was found: a run for each tool, which is how GitHub's code scanning tells them apart. Always one run,
 * so that what was found before is known to be gone.
 *
 * @param findings with the paths that the reader of the report knows
 */
export function sarif(findings: readonly Finding[]): string {
  const tools = [...new Set(["clippy", ...findings.map(({ tool }) => tool)])];
  const runs = tools.map((tool) =>
    runOf(
      tool,
      findings.filter((each) => each.tool === tool),
    ),
  );
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs,
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function runOf(tool: string, findings: readonly Finding[]): Run {
  const rules = new Map<string, ReportingDescriptor>();
  for (const { rule, url } of findings)
    if (rule !== undefined && !rules.has(rule))
      rules.set(rule, { id: rule, ...(url !== undefined && { helpUri: url }) });
  const places = [...rules.keys()];
  return {
    tool: { driver: { name: tool, rules: [...rules.values()] } },
    automationDetails: { id: `gantry/${tool}` },
    columnKind: "unicodeCodePoints",
    results: findings.map((finding) => resultOf(finding, places)),
  };
}

function resultOf({ level, rule, message, text, place }: Finding, rules: readonly string[]): Result {
  const { file, line, column, endLine, endColumn } = place ?? {};
  const region = {
    startLine: line ?? 1,
    ...(column !== undefined && { startColumn: column }),
    ...(endLine !== undefined && { endLine }),
    ...(endColumn !== undefined && { endColumn }),
  };
  return {
    level,
    ...(rule !== undefined && { ruleId: rule, ruleIndex: rules.indexOf(rule) }),
    message: {
      text: text === undefined || text.includes(message) ? (text ?? message) : `${message}\n\n${text}`,
    },
    ...(file !== undefined && {
      locations: [
        { physicalLocation: { artifactLocation: { uri: uriOf(file), uriBaseId: "%SRCROOT%" }, region } },
      ],
    }),
  };
}

function uriOf(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
