import { mkdirSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Store } from "../store/store.ts";
import { bwrapWithOverlays, byBwrap } from "./bwrap.ts";
import { entryKey, entryProgram, type InstallAdvice } from "./entryProgram.ts";
import { byProgram, isolated, type WayIn } from "./isolated.ts";
import { allowsLandlock, noSandbox } from "./noSandbox.ts";
import { type Machine, refusal, thisMachine, whereItWorks } from "./refusal.ts";
import type { Sandbox } from "./sandbox.ts";

/** `bwrap` is another word for `full`. */
export type Wanted = "full" | "landlock" | "none" | "auto" | "bwrap";

type Choosing = {
  readonly wanted: Wanted;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: Pick<Store, "records" | "tempDir" | "addTree" | "pathOf" | "root">;
  readonly installAdvice: InstallAdvice;
  /** What is remembered is tried again. Default: false. */
  readonly isDiagnosis?: boolean;
};

type Choice = {
  readonly sandbox: Sandbox;
  /** Why there is less isolation than was wanted. */
  readonly warning?: Diagnostic;
};

/**
 * The sandbox to use. `auto` takes the best that can be had: `full`, and with a warning `landlock` or none. What was found to
 * work is remembered for this user and place (`whereItWorks`). Where it turns out not to work any more, that is forgotten, and the
 * command that was to run has the error `sandbox-lost`, after which one chooses again.
 *
 * Errors: `sandbox-missing`, where the level that is asked for cannot be had; `store-path`, where none can.
 */
export async function chooseSandbox({ wanted, ...machine }: Choosing): Promise<Result<Choice>> {
  const { root } = machine.store;
  if (wanted === "none") return withoutNamespaces(root, () => ({ sandbox: noSandbox(root) }));
  const program = await entryProgram({ ...machine, path: machine.env.PATH ?? "" });
  if (wanted === "landlock") {
    if (!program.ok) return program;
    const problem = await allowsLandlock(program.value, machine.store);
    return problem ?? withoutNamespaces(root, () => ({ sandbox: noSandbox(root, program.value) }));
  }
  const full = await fullSandbox(program, machine);
  if (full.ok) return ok({ sandbox: full.value });
  if (wanted !== "auto") return full;
  if (program.ok && (await allowsLandlock(program.value, machine.store)) === undefined) {
    return withoutNamespaces(root, () => ({
      sandbox: noSandbox(root, program.value),
      warning: less(full.error, "with less isolation", [
        "by Landlock: files that were not declared cannot be read or written, but the network and other processes are there",
      ]),
    }));
  }
  return withoutNamespaces(root, () => ({
    sandbox: noSandbox(root),
    warning: less(full.error, "without isolation", []),
  }));
}

function less(problem: Diagnostic, how: string, notes: readonly string[]): Diagnostic {
  return {
    ...problem,
    message: `building ${how}: ${problem.message}`,
    notes: [...problem.notes, ...notes, "what is built now is kept apart from what a full sandbox builds"],
  };
}

/**
 * Without namespaces, the paths that a build sees begin with that of the store: in `PATH` a colon ends one, and in Cargo's
 * messages, from which its files are known, JSON writes the others differently.
 */
function withoutNamespaces(directory: string, choice: () => Choice): Result<Choice> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!/[:"\\$\x00-\x1f]/.test(directory)) return ok(choice());
  return err(
    diagnostic("store-path", `nothing can be built without isolation in \`${directory}\``, {
      notes: ['the path holds `:`, `"`, `\\`, `$` or a control character'],
      help: ["choose another store with `--store DIR`"],
    }),
  );
}

/** The sandbox of namespaces, by the first way into it that works. Bubblewrap needs no program that is compiled here. */
async function fullSandbox(
  program: Result<string>,
  { env, store, isDiagnosis = false }: Omit<Choosing, "wanted">,
): Promise<Result<Sandbox>> {
  const machine = thisMachine(env);
  const own = program.ok ? await byOwnProgram(program.value, { machine, store, isDiagnosis }) : program;
  if (own.ok) return own;
  // Where AppArmor refuses namespaces to all programs but those that it knows.
  const bwrap = machine.isRoot ? undefined : bwrapWithOverlays(env.PATH ?? "");
  if (bwrap !== undefined && (await tried(byBwrap(bwrap), store)) === undefined)
    return ok(isolated(byBwrap(bwrap)));
  return own;
}

async function byOwnProgram(
  program: string,
  { machine, store, isDiagnosis }: Pick<Choosing, "store"> & { machine: Machine; isDiagnosis: boolean },
): Promise<Result<Sandbox>> {
  const { records } = store;
  const key = `${process.getuid?.()} ${entryKey()}`;
  const place = whereItWorks(machine);
  const known = () => records.get("sandbox", key) ?? [];
  const forget = () =>
    records.set(
      "sandbox",
      key,
      known().filter((each) => each !== place),
    );
  const sandbox = isolated(byProgram(program));
  const isKnown = known().includes(place);
  if (isKnown && !isDiagnosis) return ok(doubted(sandbox, forget));
  const problem = await tried(byProgram(program), store);
  if (problem !== undefined && isKnown) forget();
  if (problem !== undefined) return err(refusal(problem, machine));
  if (!isKnown) records.set("sandbox", key, [place, ...known()].slice(0, manyPlaces));
  return ok(sandbox);
}

/** Each container is another place. */
const manyPlaces = 16;

/** A sandbox that worked before, of which the first command may find that it does not now. */
function doubted(sandbox: Sandbox, forget: () => void): Sandbox {
  let isDoubted = true;
  return {
    ...sandbox,
    enter(world, directory) {
      const instance = sandbox.enter(world, directory);
      return {
        ...instance,
        async run(command) {
          const exit = await instance.run(command);
          if (exit.ok) isDoubted = false;
          if (exit.ok || !isDoubted || exit.error.code !== "sandbox-failed") return exit;
          forget();
          return err({ ...exit.error, code: "sandbox-lost" });
        },
      };
    },
  };
}

/** What went wrong where a world with every kind of mount was entered; undefined if nothing did. */
async function tried(way: WayIn, store: Pick<Store, "tempDir">): Promise<string | undefined> {
  await using scratch = await store.tempDir("try");
  const [lower, upper, own] = ["lower", "upper", "own"].map((name) => `${scratch.path}/${name}`);
  for (const each of [lower, upper, own]) mkdirSync(String(each));
  const instance = isolated(way).enter(
    {
      mounts: [
        { at: "/build/layered", kind: "layered", lower: String(lower), upper: String(upper) },
        { at: "/usr", kind: "read-only", directories: ["/usr"] },
      ],
      scratch: ["/tmp"],
    },
    String(own),
  );
  const said: string[] = [];
  const exit = await instance.run({
    argv: ["/usr/bin/env", "true"],
    cwd: "/",
    env: { PATH: "/usr/bin" },
    onLine: (_, line) => void said.push(line),
    signal: new AbortController().signal,
  });
  if (exit.ok && exit.value.status === 0) return undefined;
  return [...(exit.ok ? [] : (exit.error.causes ?? [])), ...said].join("\n");
}
