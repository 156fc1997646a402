import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Message, parseMessage } from "../../src/cargo/plan/message.ts";
import { parseUnitGraph, type UnitGraph } from "../../src/cargo/plan/unitGraph.ts";
import { tableOf } from "../../src/cargo/toml/toml.ts";
import { planUnits, type UnitPlan } from "../../src/units/key/unitPlan.ts";
import type { TargetReader } from "../../src/units/layout/targetLayout.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

/** What Cargo 1.95 printed and left for a small workspace, in the sandbox's directories. */
export type Recording = Disposable & {
  readonly plan: UnitPlan;
  readonly messages: readonly Message[];
  /** A target directory with the fingerprints alone. */
  readonly directory: string;
  readonly reader: TargetReader;
};

type Name = "cross" | "check" | "release";

/**
 * The workspace has `app`, a library and a program with a build script and an integration test; `shared`,
 * which `app` and its build script use and which has a build script too; and the proc macro `macros`, which
 * `shared` passes on.
 *
 * @param name `cross`: `cargo build --target x86_64-unknown-linux-gnu`; `check`:
 *   `cargo check -p app --all-targets`; `release`: `cargo build --release`
 */
export function recording(name: Name): Recording {
  const { messages, fingerprints } = recorded(name);
  const directory = mkdtempSync(join(tmpdir(), "gantry-recording-"));
  for (const [path, content] of Object.entries(fingerprints)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), String(content));
  }
  return {
    plan: planUnits([recordedGraph(name)], { words: [], hasPlatformSettings: false, manifest: tableOf([]) }),
    messages: messages.flatMap((message: unknown) => parseMessage(JSON.stringify(message)) ?? []),
    directory,
    reader: {
      locate: (path) => (existsSync(join(directory, path)) ? join(directory, path) : undefined),
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

export function recordedGraph(name: Name): UnitGraph {
  return valueOfResult(parseUnitGraph(JSON.stringify(recorded(name).graph)));
}

function recorded(name: Name) {
  return JSON.parse(readFileSync(join(import.meta.dirname, "../golden/units", `${name}.json`), "utf8"));
}
