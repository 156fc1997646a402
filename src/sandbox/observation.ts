import { isUtf8 } from "node:buffer";

/** What the processes of a command did to files, as the system was asked for it, by whom it was done for. */
export type Observation = {
  /** In the order in which they began. */
  readonly tasks: readonly Task[];
  /** Accesses of processes of which nobody can tell whose they are: any task may have asked for them. */
  readonly unattributed: readonly Access[];
  /** What such processes may have met others by, see `Task`. */
  readonly meets?: readonly string[];
  /** Why something may have escaped, in words for a user; undefined: nothing did. */
  readonly gap?: string;
  /** It was ended from outside. Of what was written to what is gone with the sandbox nobody knows whether it lay there still. */
  readonly wasStopped?: true;
};

/** A compiler or a build script, with all that it started. */
export type Task = {
  readonly program: string;
  /** With the arguments that stood in files (`@path`). */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Each once. */
  readonly accesses: readonly Access[];
  /** Absent where that was not asked for, and where there was nothing. */
  readonly system?: SystemUse;
  /**
   * What it used, in words, by which it may have met others, beside files: what nobody can be told to own, such as memory with a
   * number, and what another one owned, such as a port.
   */
  readonly meets?: readonly string[];
  /** The ports that it asked for when nobody had them. */
  readonly ports?: readonly number[];
  /** Why something of it may have escaped. */
  readonly gap?: string;
};

/** What a task used of the system and the toolchain, whose files are no accesses. */
type SystemUse = {
  /** The paths at which it had programs executed, be they there or not, as they were used. */
  readonly programs: readonly string[];
  /** The paths of the files that it opened; below `/etc` also of what was not there. */
  readonly files: readonly string[];
  /** It wanted to be connected to a machine, this one or another, over the internet's protocols. */
  readonly connects: boolean;
};

/**
 * - `open`: the content of a file, or the names in a directory
 * - `run`: likewise, of a program that was executed, of its interpreter or its loader
 * - `look`: whether it is there, its kind and size
 * - `link`: where a link leads
 * - `write`: made, changed, moved or removed
 *
 * It may have failed, most often since nothing was there. `path` is absolute, as it was used: `..` and links are in it.
 * Where links lead elsewhere, what they lead to is an access of its own.
 */
export type Access = {
  readonly kind: "open" | "run" | "look" | "link" | "write";
  readonly path: string;
  /** Of a `write` to what is gone with the sandbox: nothing lay there any more when the command ended. */
  readonly isGone?: true;
};

/**
 * Reads what `observer/observe.rs` wrote.
 *
 * Fields end with a zero byte. The first of a record is a letter and the number of the task, 0 for none:
 *
 * - `t1`, program, directory, number of arguments, arguments, number of variables, variables: a task began
 * - `o1`, `x1`, `l1`, `k1`, `w1`, path: open, run, look, link, write
 * - `p1`, `s1`, path: a program of the system was to be executed, a file of it was opened
 * - `n1`: a connection was asked for
 * - `m1`, text; `v1`, port: see `Task.meets` and `Task.ports`
 * - `u1`, path: what was written there is there no more
 * - `g1`, text: a gap
 * - `e0`: the command ended
 *
 * @param options.wasStopped the command was ended from outside, and so was the log: what was done until then is in it
 * @param options.pipe the host's path of a pipe that all inherited. Who opens it anew, over `/proc/self/fd`, seems to use a
 * file at that path, which may be one of the world, too; what is in it is no content.
 */
export function parseObservation(
  log: Uint8Array,
  { wasStopped = false, pipe }: { readonly wasStopped?: boolean; readonly pipe?: string | undefined } = {},
): Observation {
  const fields = fieldsOf(log);
  const tasks = new Map<string, Mutable<Task>>();
  const unattributed: Access[] = [];
  const gaps: string[] = [];
  const meets: string[] = [];
  const systems = new Map<string, Mutable<SystemUse>>();
  const systemOf = (of: string): Mutable<SystemUse> => {
    const system = systems.get(of) ?? { programs: [], files: [], connects: false };
    systems.set(of, system);
    const task = tasks.get(of);
    if (task) task.system = system;
    return system;
  };
  let hasEnded = false;
  for (let at = 0; at < fields.length; ) {
    const head = fields[at++] ?? "";
    const [letter = "", of] = [head.slice(0, 1), head.slice(1)];
    const next = () => fields[at++] ?? "";
    const list = () => Array.from({ length: Number(next()) }, next);
    const task = tasks.get(of);
    const kind = kinds.get(letter);
    const accesses = task?.accesses ?? unattributed;
    if (kind) {
      const path = next();
      if (path !== pipe) accesses.push({ kind, path });
    } else if (letter === "u") noteGone(accesses, next());
    else if (letter === "p") systemOf(of).programs.push(next());
    else if (letter === "s") systemOf(of).files.push(next());
    else if (letter === "m" && task) task.meets = [...(task.meets ?? []), next()];
    else if (letter === "m") meets.push(next());
    else if (letter === "v" && task) task.ports = [...(task.ports ?? []), Number(next())];
    else if (letter === "n") systemOf(of).connects = true;
    else if (letter === "t")
      tasks.set(of, { program: next(), cwd: next(), argv: list(), env: variables(list()), accesses: [] });
    else if (letter === "g" && task) task.gap = next();
    else if (letter === "g") gaps.push(next());
    else if (letter === "e") hasEnded = true;
    else throw new Error(`no record of an observation: ${JSON.stringify(head)}`);
  }
  if (!hasEnded && !wasStopped) gaps.push("what observes a build ended before it");
  const [gap] = gaps;
  return {
    ...{ tasks: [...tasks.values()], unattributed },
    ...(meets.length > 0 && { meets }),
    ...(gap !== undefined && { gap }),
    ...(!hasEnded && wasStopped && { wasStopped }),
  };
}

function noteGone(accesses: Access[], path: string): void {
  const at = accesses.findIndex((access) => access.kind === "write" && access.path === path);
  if (at !== -1) accesses[at] = { kind: "write", path, isGone: true };
}

type Mutable<Of> = {
  -readonly [Name in keyof Of]: Of[Name] extends readonly (infer Item)[] ? Item[] : Of[Name];
};

const kinds: ReadonlyMap<string, Access["kind"]> = new Map([
  ["o", "open"],
  ["x", "run"],
  ["l", "look"],
  ["k", "link"],
  ["w", "write"],
]);

function fieldsOf(log: Uint8Array): string[] {
  const bytes = Buffer.from(log.buffer, log.byteOffset, log.byteLength);
  const whole = isUtf8(bytes) ? bytes.toString() : escaped(bytes);
  return whole.split("\0").slice(0, -1);
}

/** A text in which bytes that are not UTF-8 are written `\xff`: different names stay different. */
function escaped(bytes: Buffer): string {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const zero = bytes.indexOf(0, from);
    const end = zero === -1 ? bytes.length : zero + 1;
    const part = bytes.subarray(from, end);
    const text = part.toString("latin1");
    parts.push(isUtf8(part) ? part.toString() : text.replace(/[\x80-\xff]/g, inHexadecimal));
    from = end;
  }
  return parts.join("");
}

function inHexadecimal(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16)}`;
}

function variables(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf("=", 1);
      return equals === -1 ? [word, ""] : [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}
