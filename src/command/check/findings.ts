import { stripVTControlCharacters } from "node:util";
import { advisoryFindings } from "./advisoryFindings.ts";
import type { Evidence, Finding, FindingsReader, Found } from "./evidence.ts";
import { formatFindings, hookFindings, taploFindings } from "./formatFindings.ts";
import { testResults } from "./testResults.ts";

/** Each check is shown to each of these. A new kind of check adds its own. */
const readers: readonly FindingsReader[] = [
  compilerFindings,
  formatFindings,
  taploFindings,
  hookFindings,
  advisoryFindings,
  testResults,
];

export function findingsOf(evidence: Evidence): Found {
  const found = readers.map((read) => read(evidence));
  return {
    findings: found.flatMap(({ findings = [] }) => findings),
    tests: found.flatMap(({ tests = [] }) => tests),
  };
}

/** What rustc and Clippy said. Whoever calls a lint an error (`-D warnings`) makes it one here, too. */
function compilerFindings({ messages, locate }: Evidence): Partial<Found> {
  const findings = messages.flatMap(({ level, message, code, rendered, place }): Finding[] => {
    if (level !== "error" && level !== "warning") return [];
    const file = place && locate(place.file);
    const text = rendered && stripVTControlCharacters(rendered).trimEnd();
    const url = text === undefined ? undefined : explanationOf(code, text);
    return [
      {
        tool: code?.startsWith("clippy::") ? "clippy" : "rustc",
        ...{ level, message },
        ...(code !== undefined && { rule: code }),
        ...(url !== undefined && { url }),
        ...(text !== undefined && { text }),
        ...(place && file !== undefined && { place: { ...place, file } }),
      },
    ];
  });
  return { findings };
}

/** Clippy names the page itself, with its version. */
function explanationOf(code: string | undefined, text: string): string | undefined {
  const named = /https:\/\/rust-lang\.github\.io\/rust-clippy\/\S+/.exec(text)?.[0];
  if (named !== undefined || code === undefined) return named;
  return /^E\d{4}$/.test(code) ? `https://doc.rust-lang.org/error_codes/${code}.html` : undefined;
}
