import { asDigest, type Digest } from "../../../src/base/digest.ts";
import type { ReporterContext } from "../../../src/cli/reporter/reporter.ts";
import type { EngineEvent } from "../../../src/engine/event.ts";

/** A terminal and a clock that a test controls. */
export function fakeTerminal(options: { columns?: number; verbosity?: number; colors?: boolean } = {}) {
  let time = 0;
  let out = "";
  let err = "";
  let columns = options.columns ?? 80;
  const context: ReporterContext = {
    out: {
      write: (text) => {
        out += text;
      },
      columns: () => columns,
    },
    err: {
      write: (text) => {
        err += text;
      },
      columns: () => columns,
    },
    now: () => time,
    colors: options.colors ?? false,
    verbosity: options.verbosity ?? 0,
  };
  return {
    context,
    out: () => out,
    err: () => err,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    resize: (to: number) => {
      columns = to;
    },
  };
}

export const key: Digest = asDigest("ab".repeat(32)) ?? never();

export function unit(name: string, status: "compiled" | "restored" = "compiled"): EngineEvent {
  const [step = "", crate = "", version = ""] = name.split(" ");
  return { type: "unit", step, package: crate, version, target: "lib", mode: "build", status };
}

function never(): never {
  throw new Error("not a digest");
}
