import { join, relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Message, parseMessage } from "../../cargo/plan/message.ts";
import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";

/** Something that a check found, as reports have it. */
export type Finding = {
  /** Who says so: `rustc`, `clippy`, `rustfmt`, `libtest`, … */
  readonly tool: string;
  readonly level: "error" | "warning";
  /** Of several things that the tool looks for, which: `dead_code`, `clippy::needless_return`, an advisory's id. */
  readonly rule?: string;
  /** Where the rule is explained. */
  readonly url?: string;
  /** On one line. */
  readonly message: string;
  /** The whole as the tool printed it, without colours. Default: the message. */
  readonly text?: string;
  readonly place?: FindingPlace;
};

/** Lines and columns count from 1; the end is behind the last character. */
export type FindingPlace = {
  /** Relative to the project's root. */
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
};

/** How one test ended. */
export type TestResult = {
  /** The program that it is in: `parcels`, `api (tests/api.rs)`, `parcels (doc)`. */
  readonly suite: string;
  readonly name: string;
  readonly status: "passed" | "failed" | "ignored";
  readonly seconds?: number;
  /** It did not run: the result of an earlier run was taken. */
  readonly isKept?: true;
  /** What it printed, if it failed. */
  readonly output?: string;
};

/** What there is to know of a step that was a check: what it printed, in this run or when it ran. */
export type Evidence = {
  readonly step: Derivation;
  /** Without colours. */
  readonly lines: readonly string[];
  readonly messages: readonly Extract<Message, { readonly type: "compiler-message" }>[];
  /** The directory of what it left, where it passed. */
  readonly output?: string;
  /** A file as a tool names it, relative to the project's root; undefined for one that is not of the source. */
  readonly locate: (file: string) => string | undefined;
};

/** What the evidence of a check shows. */
export type Found = { readonly findings: readonly Finding[]; readonly tests: readonly TestResult[] };

/** Reads the evidence for one kind of tool; gives nothing where that tool did not run. */
export type FindingsReader = (evidence: Evidence) => Partial<Found>;

/**
 * Whether a line begins something that one of the readers looks for: a test that ended, a program of tests, a difference, an
 * error. Of a log that is very long, they get these, and what stands around them.
 */
export function tells(line: string): boolean {
  return telling.test(stripVTControlCharacters(line));
}

const telling =
  /^(?:test |failures:$|---- |Diff in |error|Error|ERROR|warning|Crate: |--- a\/|\+\+\+ b\/|@@ | +[A-Z][\w+-]* )/;

/**
 * The evidence of a step.
 *
 * @param root the project's
 * @param log see `recordedLog`
 */
export function evidenceOf(
  step: Derivation,
  root: string,
  log: { readonly lines: readonly string[]; readonly messages: readonly string[] },
): Evidence {
  const source = [step.mounts[world.source] ?? []].flat()[0];
  const of = source?.type === "dummy-source" || source?.type === "outline" ? source.of : source;
  const directory = of?.type === "source" ? resolve(root, of.root) : undefined;
  return {
    step,
    lines: log.lines.map(stripVTControlCharacters),
    messages: log.messages.flatMap((line) => {
      const message = parseMessage(line);
      return message?.type === "compiler-message" ? [message] : [];
    }),
    locate(file) {
      if (directory === undefined) return undefined;
      const below = `${world.source}/`;
      if (file.startsWith(below)) return relative(root, join(directory, file.slice(below.length)));
      return file.startsWith("/") ? undefined : relative(root, join(directory, step.workspace ?? "", file));
    },
  };
}
