import { spawn } from "node:child_process";
import { join } from "node:path";

/** The launcher, as users start it; it bundles `src` again where that changed. */
export const launcher = join(import.meta.dirname, "../../gantry");

/** One line of `--log-format json`. */
export type EventLine = { readonly type: string; readonly [field: string]: unknown };

export type Ran = {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** Standard output's lines, where they are JSON. */
  readonly events: readonly EventLine[];
};

/** A `gantry` that runs. */
export type Running = {
  readonly ended: Promise<Ran>;
  /** Resolves at the first event that `wanted` accepts. Rejects if the command ends without one. */
  event(wanted: (event: EventLine) => boolean): Promise<void>;
  kill(signal: NodeJS.Signals): void;
};

export type Surroundings = {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What starts it, before its own words. Default: nothing. */
  readonly through?: readonly string[];
};

export function startGantry(args: readonly string[], { cwd, env, through = [] }: Surroundings): Running {
  const [file = launcher, ...words] = [...through, launcher, ...args];
  const child = spawn(file, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const waiting = new Set<(event: EventLine) => void>();
  const events: EventLine[] = [];
  let out = "";
  let err = "";
  let partial = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    const lines = (partial + text).split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines.filter((each) => each.startsWith("{"))) {
      const event: EventLine = JSON.parse(line);
      events.push(event);
      for (const each of waiting) each(event);
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ status, signal, out, err, events }));
  });
  return {
    ended,
    event: (wanted) =>
      new Promise((resolve, reject) => {
        if (events.some(wanted)) return resolve();
        waiting.add((event) => wanted(event) && resolve());
        void ended.then((ran) => reject(new Error(`ended without the event:\n${ran.out}${ran.err}`)), reject);
      }),
    kill: (signal) => void child.kill(signal),
  };
}
