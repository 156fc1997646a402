import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tempProject } from "../rig/tempProject.ts";
import { type Command, edited, type Step } from "./edit.ts";
import { forgetUnits } from "./forgetUnits.ts";
import { generatedCrates } from "./generatedCrates.ts";
import { generatedWorkspace } from "./generatedWorkspace.ts";
import { type Outcome, type Printed, runGantry } from "./outcome.ts";
import { type CargoCommand, plainCargo } from "./plainCargo.ts";
import { snapshot } from "./snapshot.ts";
import { initial, type State } from "./state.ts";
import { unseenByCargo } from "./unseenByCargo.ts";
import { age, writeFiles } from "./writeFiles.ts";

/** What is wrong with a step of a sequence; a correct build has none. */
export type Fault = { readonly step: number } & (
  | { readonly problem: "differs"; readonly found: Outcome; readonly expected: Outcome }
  /** Compiled although Cargo, after the same edits in its own target directory, does not. */
  | { readonly problem: "superfluous"; readonly units: readonly string[] }
  /** The workspace itself does not build, which is a fault of this test. */
  | { readonly problem: "fails"; readonly expected: Outcome }
);

/** Follows sequences of edits, each from the same beginning. */
export type CorrectBuild = Disposable & {
  /**
   * Builds after each edit, up to the first fault.
   *
   * A build is correct if it leaves what a store without any unit of the project's own leaves; after the last
   * edit, what one without any unit at all leaves. It is minimal if it compiles nothing that plain Cargo
   * would not compile.
   */
  readonly faults: (steps: readonly Step[]) => Promise<Fault[]>;
};

/** Builds the generated workspace once, with Gantry in two stores and with Cargo. */
export async function correctBuild(): Promise<CorrectBuild> {
  const base = mkdtempSync(join(tmpdir(), "gantry-property-"));
  const [store, oracle] = [join(base, "store"), join(base, "oracle")];
  const project = tempProject({}, { crates: generatedCrates, store });
  const cargo = plainCargo(base, project.root, { ...process.env, RUSTUP_HOME: project.env.RUSTUP_HOME });
  const printed: Printed = new Map();
  const check = async (step: number, state: State, command: Command): Promise<Fault[]> => {
    const builds = Promise.all([
      runGantry(project, command, { store, printed }),
      runGantry(project, command, { store: oracle, printed: new Map() }),
    ]);
    // While both run.
    const allowed = cargo.compiles(cargoCommands(command, state), state);
    const [{ outcome: found, compiled }, { outcome: expected }] = await builds;
    const units = compiled.filter((unit) => !allowed.has(unit));
    if (expected.status !== 0) return [{ step, problem: "fails", expected }];
    if (JSON.stringify(found) !== JSON.stringify(expected))
      return [{ step, problem: "differs", found, expected }];
    return units.length > 0 ? [{ step, problem: "superfluous", units }] : [];
  };
  const first = generatedWorkspace(initial);
  writeFiles(project.root, new Map(), first);
  age(project.root, first);
  const [fault] = await check(0, initial, "dev");
  if (fault) throw new Error(JSON.stringify(fault));
  const beginning = snapshot(join(base, "beginning"), base, ["store", "oracle"]);
  beginning.take();
  let files = first;
  return {
    async faults(steps) {
      writeFiles(project.root, files, first);
      age(project.root, first);
      beginning.restore();
      printed.clear();
      let state = initial;
      files = first;
      for (const [index, { edit, command }] of steps.entries()) {
        const before = state;
        state = edited(state, edit);
        const next = generatedWorkspace(state);
        writeFiles(project.root, files, next);
        files = next;
        for (const path of "touch" in edit ? [edit.touch] : unseenByCargo(before, state)) cargo.touch(path);
        forgetUnits(oracle, index === steps.length - 1 ? "all" : "own");
        const found = await check(index + 1, state, command);
        if (found.length > 0) return found;
      }
      return [];
    },
    [Symbol.dispose]() {
      rmSync(base, { recursive: true });
      project[Symbol.dispose]();
    },
  };
}

/** What Cargo is asked for. It does not notice that `clippy.toml` appears or goes. */
function cargoCommands(command: Command, { isStrict }: State): CargoCommand[] {
  const target = "all";
  if (command !== "check") return [{ words: ["build", "--profile", command], target }];
  return [
    { words: ["clippy", "--profile", "dev", "--all-targets"], target: isStrict ? "strict" : target },
    { words: ["test", "--profile", "dev", "--no-run"], target },
  ];
}
