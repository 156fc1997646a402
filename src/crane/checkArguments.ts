import * as v from "valibot";
import { backticked } from "../base/backticked.ts";
import { diagnostic } from "../base/diagnostic.ts";
import { nearest } from "../base/nearest.ts";
import { refuse } from "./refuse.ts";

/**
 * Refuses arguments of the wrong kind and unknown ones, for configurations that nobody type-checked: a
 * misspelt argument that is silently without effect is worse than an error.
 */
export function checkArguments(name: string, schema: v.ObjectEntries, args: unknown): void {
  const checked = v.safeParse(v.strictObject(schema), args);
  if (checked.success) return;
  const issue = checked.issues[0];
  const path = v.getDotPath(issue) ?? "";
  const unknown = issue.expected === "never";
  const guess = unknown ? nearest(path, Object.keys(schema)) : undefined;
  const message = unknown ? `\`${name}\` takes no argument \`${path}\`` : wrong(name, path, issue);
  refuse(
    diagnostic("configuration-argument", message, {
      notes: unknown && !guess ? [`it takes ${backticked(Object.keys(schema))}`] : [],
      help: guess ? [`did you mean \`${guess}\`?`] : asList(path, issue),
      status: 2,
    }),
  );
}

function wrong(name: string, path: string, issue: v.BaseIssue<unknown>): string {
  const place = path === "" ? `the argument of \`${name}\`` : `\`${path}\` of \`${name}\``;
  if (issue.received === "undefined") return `${place} is missing`;
  return `${place} must be ${wanted(issue)}, and is \`${issue.received}\``;
}

/** In the schema's own words where it has some; the library's are those of its types. */
function wanted(issue: v.BaseIssue<unknown>): string {
  if (!issue.message.startsWith("Invalid ")) return issue.message;
  const kinds = (issue.expected ?? "something else").replace(/^\((.*)\)$/, "$1").split(" | ");
  return kinds.map((kind) => kindNames[kind] ?? kind).join(" or ");
}

const kindNames: Readonly<Record<string, string>> = {
  Array: "a list",
  Object: "an object",
  boolean: "`true` or `false`",
  string: "a string",
};

/** Crane takes shell words where Gantry takes a list. */
function asList(path: string, issue: v.BaseIssue<unknown>): string[] {
  if (issue.expected !== "Array" || typeof issue.input !== "string") return [];
  const words = issue.input.split(/\s+/).filter((word) => word !== "");
  return [`write the words as a list: ${path}: ${JSON.stringify(words)}`];
}
