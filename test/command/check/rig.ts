import { type Evidence, evidenceOf, type Found } from "../../../src/command/check/evidence.ts";
import type { Checked } from "../../../src/command/check/runChecks.ts";
import type { Derivation } from "../../../src/derivation/model.ts";

/** A step of a project whose Cargo workspace lies in `rust/` of its source, which is the project's root. */
export const step: Derivation = {
  type: "derivation",
  name: "app-check",
  phases: [{ type: "run", name: "fmt", argv: ["cargo", "fmt", "--", "--check"] }],
  env: {},
  mounts: { "/build/source": { type: "source", root: ".", filter: { kind: "cargo" }, workspace: "rust" } },
  workspace: "rust",
};

/** What that step shows, having printed this. */
export function printed(text: string, messages: readonly object[] = []): Evidence {
  return evidenceOf(step, "/project", {
    lines: text.split("\n"),
    messages: messages.map((message) => JSON.stringify({ reason: "compiler-message", message })),
  });
}

/** A check that found something. Default: it passed, and ran. */
export function checked(
  check: string,
  { findings = [], tests = [] }: Partial<Found> = {},
  summary: Partial<Checked["summary"]> = {},
): Checked {
  return {
    summary: {
      ...{ check, step: `app-${check}`, status: "passed", from: "run", seconds: 1.25 },
      ...{ errors: 0, warnings: 0 },
      ...summary,
    },
    error: undefined,
    findings,
    tests,
    reports: [],
  };
}
