import type { Diagnostic, Place } from "../../base/diagnostic.ts";
import { displayWidth, harmless, type Paint } from "./text.ts";

type Look = {
  readonly level: "error" | "warning";
  readonly paint: Paint;
  /** How many lines of the log to show, from its end. Default: 100. */
  readonly logLines?: number;
};

/**
 * A diagnostic in rustc's form, without a last line break: the log, the message with its code, the place with
 * its line and an underline, notes, helps, and what lay beneath as Cargo shows it.
 */
export function renderDiagnostic(diagnostic: Diagnostic, { level, paint, logLines = 100 }: Look): string {
  const gutter = diagnostic.place ? String(diagnostic.place.line).length + 2 : 2;
  const lead = `${" ".repeat(gutter)}${paint.gutter("=")} `;
  const remark = (kind: string, text: string): string => {
    const indent = " ".repeat(gutter + 2 + kind.length + 2);
    return `${lead}${paint.strong(`${kind}:`)} ${text.trimEnd().replaceAll("\n", `\n${indent}`)}`;
  };
  return [
    ...(diagnostic.log === undefined ? [] : logTail(diagnostic.log, logLines, paint)),
    `${paint[level](`${level}[${diagnostic.code}]`)}${paint.strong(`: ${diagnostic.message}`)}`,
    ...(diagnostic.place ? placeLines(diagnostic.place, level, paint) : []),
    ...diagnostic.notes.map((note) => remark("note", note)),
    ...diagnostic.help.map((help) => remark("help", help)),
    ...diagnostic.causes.flatMap((cause) => [
      "",
      "Caused by:",
      `  ${cause.trimEnd().replaceAll("\n", "\n  ")}`,
    ]),
  ].join("\n");
}

function placeLines(place: Place, level: "error" | "warning", paint: Paint): readonly string[] {
  const number = String(place.line);
  const blank = " ".repeat(number.length + 2);
  const arrow = `${blank.slice(1)}${paint.gutter("-->")} ${place.file}:${place.line}:${place.column}`;
  if (place.text === undefined) return [arrow];
  const before = place.text.slice(0, place.column - 1);
  const under = place.text.slice(place.column - 1, place.column - 1 + (place.length ?? 1));
  const carets = "^".repeat(Math.max(1, displayWidth(spaced(under))));
  const label = place.label === undefined ? "" : ` ${place.label}`;
  const bar = paint.gutter("|");
  return [
    arrow,
    `${blank}${bar}`,
    `${paint.gutter(` ${number} |`)} ${spaced(place.text)}`,
    `${blank}${bar} ${" ".repeat(displayWidth(spaced(before)))}${paint[level](`${carets}${label}`)}`,
  ];
}

/** A tab is as wide as the terminal likes; four spaces keep the underline where it belongs. */
function spaced(text: string): string {
  return text.replaceAll("\t", "    ");
}

function logTail(log: string, most: number, paint: Paint): readonly string[] {
  if (log.trim() === "") return [];
  const lines = log.trimEnd().split("\n");
  const shown = lines.slice(-most).map((line) => harmless(line, paint.colors));
  const omitted = lines.length - shown.length;
  return omitted === 0 ? shown : [`[${omitted} earlier lines left out]`, ...shown];
}
