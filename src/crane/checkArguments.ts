import * as v from "valibot";
import { diagnostic } from "../base/diagnostic.ts";
import { nearest } from "../base/nearest.ts";
import { refuse } from "./pkgs/refuse.ts";

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
      notes: unknown && !guess ? [`it takes ${Object.keys(schema).map((key) => `\`${key}\``).join(", ")}`] : [],
      help: guess ? [`did you mean \`${guess}\`?`] : [],
      status: 2,
    }),
  );
}

function wrong(name: string, path: string, issue: v.BaseIssue<unknown>): string {
  const place = path === "" ? `the argument of \`${name}\`` : `\`${path}\` of \`${name}\``;
  if (issue.received === "undefined") return `${place} is missing`;
  return `${place} must be ${issue.expected ?? "something else"}, and is ${issue.received}`;
}
