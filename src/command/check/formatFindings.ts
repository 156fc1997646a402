import type { Evidence, Finding, Found } from "./evidence.ts";

/**
 * The files that rustfmt would write otherwise, each with its differences, and those that it cannot read
 * (`cargo fmt -- --check`, rustfmt 1.8; before 1.6 it said `at line 7` in the place of `:7`).
 */
export function formatFindings({ step, lines, locate }: Evidence): Partial<Found> {
  const isFormatting = step.phases.some(
    (phase) => phase.type === "run" && phase.argv[0] === "cargo" && phase.argv[1] === "fmt",
  );
  if (!isFormatting) return {};
  return { findings: [...differences(lines, locate), ...unreadable(lines, locate)] };
}

const heading = /^Diff in (.+?)(?::| at line )(\d+):$/;

type Difference = { readonly line: number; readonly text: string[] };

function differences(lines: readonly string[], locate: Evidence["locate"]): Finding[] {
  const files = new Map<string, Difference>();
  let current: Difference | undefined;
  for (const line of lines) {
    const [, file, number] = heading.exec(line) ?? [];
    if (file !== undefined && number !== undefined) {
      current = files.get(file) ?? { line: Number(number), text: [] };
      files.set(file, current);
      current.text.push(`@@ line ${number} @@`);
    } else if (current && /^[ +-]|^$/.test(line)) current.text.push(line);
    else current = undefined;
  }
  return [...files].map(([path, { line, text }]) => {
    const file = locate(path);
    const count = text.filter((each) => each.startsWith("@@ line ")).length;
    return {
      tool: "rustfmt",
      level: "error",
      message: `not formatted: ${count === 1 ? "1 place" : `${count} places`} that \`cargo fmt\` changes`,
      text: text.join("\n").trimEnd(),
      ...(file !== undefined && { place: { file, line } }),
    };
  });
}

/** Errors in rustc's form: a message, and below it where. */
function unreadable(lines: readonly string[], locate: Evidence["locate"]): Finding[] {
  return lines.flatMap((line, at): Finding[] => {
    const [, unresolved, missing] =
      /^Error writing files: (failed to resolve mod `.+`): (.+) does not exist$/.exec(line) ?? [];
    if (unresolved !== undefined && missing !== undefined)
      return [
        {
          tool: "rustfmt",
          level: "error",
          message: `${unresolved}: \`${locate(missing) ?? missing}\` does not exist`,
        },
      ];
    const message = /^error(?:\[\w+\])?: (.+)$/.exec(line)?.[1];
    const [, path, number, column] = /^ *--> (.+):(\d+):(\d+)$/.exec(lines[at + 1] ?? "") ?? [];
    if (message === undefined || path === undefined) return [];
    const file = locate(path);
    const place = file !== undefined && { file, line: Number(number), column: Number(column) };
    return [{ tool: "rustfmt", level: "error", message, ...(place && { place }) }];
  });
}

/** The files that taplo 0.9 would write otherwise, and those that it cannot read. */
export function taploFindings({ step, lines, locate }: Evidence): Partial<Found> {
  if (!step.phases.some((phase) => phase.type === "run" && phase.argv[0] === "taplo")) return {};
  const findings = lines.flatMap((line): Finding[] => {
    const [, said, path] = /^ERROR taplo:format_files: (.+) path="(.+)"$/.exec(line) ?? [];
    if (said === undefined || path === undefined) return [];
    const file = locate(path);
    const message =
      said === "the file is not properly formatted" ? "not formatted: `taplo fmt` changes it" : said;
    return [
      { tool: "taplo", level: "error", message, ...(file !== undefined && { place: { file, line: 1 } }) },
    ];
  });
  return { findings };
}

/** The files that a hook of git changes: the differences that its step prints, before it says so. */
export function hookFindings({ step, lines, locate }: Evidence): Partial<Found> {
  const changed = lines.flatMap((line) => /^error: the hook (.+) changes files$/.exec(line)?.[1] ?? [])[0];
  if (changed === undefined || !("/build/selected" in step.mounts)) return {};
  return {
    findings: hookDifferences(lines, (path) => locate(path)).map((each) => ({ tool: changed, ...each })),
  };
}

function hookDifferences(lines: readonly string[], locate: Evidence["locate"]): Omit<Finding, "tool">[] {
  return lines.flatMap((line, at) => {
    const path = /^--- a\/(.+)$/.exec(line)?.[1];
    const start = /^@@ -(\d+)/.exec(lines[at + 2] ?? "")?.[1];
    if (path === undefined || start === undefined || !lines[at + 1]?.startsWith("+++ b/")) return [];
    const end = lines.findIndex((each, later) => later > at + 2 && !/^[-+ @\\]/.test(each));
    const text = lines.slice(at, end === -1 ? undefined : end).join("\n");
    const file = locate(path);
    return [
      {
        level: "error" as const,
        message: "the hook changes this file",
        text,
        ...(file !== undefined && { place: { file, line: Number(start) } }),
      },
    ];
  });
}
