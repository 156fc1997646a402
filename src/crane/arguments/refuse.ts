import * as v from "valibot";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { isRecord } from "../../base/digest.ts";
import { nearest } from "../../base/nearest.ts";
import { isSeveralWords } from "./arguments.ts";

/** What `refuse` throws: an error for whoever evaluates the configuration to catch and show. */
type Refused = Error & { readonly diagnostic: Diagnostic };

/** Whether `refuse` threw it. */
export function isRefused(thrown: unknown): thrown is Refused {
  return thrown instanceof Error && "diagnostic" in thrown;
}

/**
 * Ends the evaluation of a configuration. The functions that a configuration calls return what they describe
 * and not a `Result`, so a mistake in their arguments must travel as an exception; its stack names the line.
 */
export function refuse(diagnostic: Diagnostic): never {
  throw refusal(diagnostic);
}

/** What `refuse` throws. */
export function refusal(diagnostic: Diagnostic): Refused {
  const limit = Error.stackTraceLimit;
  // More frames than lie between a configuration's line and where its mistake is noticed; V8 keeps 10 by default.
  Error.stackTraceLimit = 100;
  const refused: Refused = Object.assign(new Error(diagnostic.message), { diagnostic });
  Error.stackTraceLimit = limit;
  return refused;
}

/** Names that the language and its libraries ask every object for. */
const asked = new Set(["then", "toJSON", "constructor", "valueOf", "toString", "hasOwnProperty"]);

/**
 * The same object, but to read a name that it does not have ends the evaluation, for configurations that nobody
 * type-checked: without it `pkgs.protobuff` would be `undefined`, to be noticed far away.
 *
 * @param what the object, as the message calls it
 * @param help what to do where nothing is named similarly. Default: the names that there are
 * @throws Refused: `configuration-name`, when such a name is read
 */
export function onlyKnown<T extends object>(what: string, object: T, help?: string): T {
  return new Proxy(object, {
    get(target, key, receiver) {
      if (typeof key === "symbol" || key in target || asked.has(key))
        return Reflect.get(target, key, receiver);
      const guess = nearest(key, Object.keys(target));
      return refuse(
        diagnostic("configuration-name", `${what} has no \`${key}\``, {
          help: [
            guess === undefined
              ? (help ?? `it has ${backticked(Object.keys(target))}`)
              : `did you mean \`${guess}\`?`,
          ],
          status: 2,
        }),
      );
    },
  });
}

/** A check of each argument that a function takes, and of no other. */
export type Schema<Args> = { readonly [name in keyof Required<Args>]: v.GenericSchema };

/**
 * Refuses arguments of the wrong kind and unknown ones, for configurations that nobody type-checked: a
 * misspelt argument that is silently without effect is worse than an error.
 *
 * @param name the function, as a configuration calls it
 * @throws Refused: `configuration-argument`, `configuration-blank`
 */
export function checkArguments<Args>(name: string, schema: Schema<Args>, args: Args): void {
  checkArgument(name, v.strictObject({ ...schema }), args);
}

/**
 * The same for a function whose argument is no object of arguments.
 *
 * @throws Refused: `configuration-argument`, `configuration-blank`
 */
export function checkArgument(name: string, schema: v.GenericSchema, value: unknown): void {
  refuseBlanks(value, name);
  const checked = v.safeParse(schema, value);
  if (checked.success) return;
  const issue = checked.issues[0];
  // What something is stands in its `type`: it is the whole that is wrong.
  const path = (v.getDotPath(issue) ?? "").replace(/(^|\.)type$/, "");
  const unknown = issue.expected === "never";
  const known = unknown && "entries" in schema && isRecord(schema.entries) ? Object.keys(schema.entries) : [];
  const guess = nearest(path, known);
  const message = unknown ? `\`${name}\` takes no argument \`${path}\`` : wrong(name, path, issue);
  refuse(
    diagnostic("configuration-argument", message, {
      notes: known.length > 0 && !guess ? [`it takes ${backticked(known)}`] : [],
      help: guess ? [`did you mean \`${guess}\`?`] : asList(path, issue),
      status: 2,
    }),
  );
}

/** What stands in examples, those of messages too, for what only the user knows. */
const blank = "…";

/** Where a text has it as a whole literal. */
export const blankLiteral = new RegExp(`(["'\`])${blank}\\1`, "g");

/**
 * Refuses what was taken over from an example and not filled in, as far as a configuration has written it itself: what functions
 * gave was looked at when they were called.
 *
 * @param name the function, as a configuration calls it. Default: it is what the configuration returns
 * @throws Refused: `configuration-blank`
 */
export function refuseBlanks(value: unknown, name?: string): void {
  const path = blankIn(value, new Set());
  if (path === undefined) return;
  const part = path.length === 0 ? "the argument" : `\`${path.join(".")}\``;
  const place = name === undefined ? part : `${part} of \`${name}\``;
  refuse(
    diagnostic("configuration-blank", `${place} is still \`${blank}\``, {
      notes: [`\`${blank}\` stands in examples for what Gantry does not know`],
      help: ["write what it is in its place"],
      status: 2,
    }),
  );
}

/** Which keys lead to it. */
function blankIn(value: unknown, seen: Set<object>): readonly string[] | undefined {
  if (value === blank) return [];
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  if ("type" in value && typeof value.type === "string") return undefined;
  for (const [key, each] of Object.entries(value)) {
    const path = blankIn(each, seen);
    if (path) return [key, ...path];
  }
  return undefined;
}

function wrong(name: string, path: string, issue: v.BaseIssue<unknown>): string {
  const place = path === "" ? `the argument of \`${name}\`` : `\`${path}\` of \`${name}\``;
  // A check has seen a value; what it received is in its own words.
  if (issue.received === "undefined" && issue.kind !== "validation") return `${place} is missing`;
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
  if (typeof issue.input !== "string") return [];
  const isWord = issue.kind === "validation" && isSeveralWords(issue.input);
  if (issue.expected !== "Array" && !isWord) return [];
  const words = issue.input.split(/\s+/).filter((word) => word !== "");
  if (!isWord) return [`write the words as a list: ${path}: ${JSON.stringify(words)}`];
  // In quotes spaces may be meant.
  if (/["']/.test(issue.input)) return [];
  return [`write it as a word each: ${words.map((word) => JSON.stringify(word)).join(", ")}`];
}
