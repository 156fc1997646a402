import {
  type ChildProcess,
  type IOType,
  type SpawnOptions,
  type StdioOptions,
  spawn,
  spawnSync,
} from "node:child_process";
import { closeSync, constants, openSync, readdirSync, readFileSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { pausedWithGantry } from "./pausing.ts";
import { type Command, type Exit, inheritedPipe } from "./sandbox.ts";

/** How a command ended that was started, or that could not be: then with the reason as its report. */
type Spawned = Exit & {
  /** What came on file descriptor 3: what the program that enters a sandbox says of itself. */
  readonly report: string;
  /** What the taking of the lines threw, as on a full disk; the command was ended then. */
  readonly failure?: unknown;
};

type Spawning = {
  /** On the host, for what is needed until the command runs. */
  readonly directory: string;
  /** On the host; default: that of this process. */
  readonly cwd?: string;
  /** Open files that the command gets, as number 4 and so on. What it writes to number 3 is then its report. */
  readonly files?: readonly number[];
};

/**
 * Spawns a command in a session of its own, hands its lines on, and ends its whole group when the signal
 * says so: first politely, after two seconds for good. Ctrl-Z stops it with Gantry.
 */
export function spawnLines(
  argv: readonly string[],
  command: Command,
  { directory, cwd, files = [] }: Spawning,
): Promise<Spawned> {
  return new Promise((resolve, reject) => {
    const ends = pipeEnds(command.pipe);
    const nothing = openSync("/dev/null", constants.O_RDWR);
    const [stdout, stderr = stdout] = openPipes(command.isMerged ? 1 : 2, directory, command.sparePipe);
    const options: SpawnOptions = {
      env: command.env,
      detached: true,
      stdio: descriptors([stdout.write, stderr.write, ...files], {
        ends,
        nothing,
      }),
      ...(cwd !== undefined && { cwd }),
    };
    const child = started(argv, options, {
      given: new Set([...ends, nothing, stdout.write, stderr.write]),
      read: [stdout.read, stderr.read],
    });
    const kill = (signal: NodeJS.Signals) => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {}
    };
    const pausing = child.pid === undefined ? undefined : pausedWithGantry(child.pid);
    let interrupted = false;
    let asking: NodeJS.Timeout | undefined;
    let forGood: NodeJS.Timeout | undefined;
    const abort = () => {
      // The timers of a second time would never be cleared.
      if (interrupted) return;
      interrupted = true;
      // What is left of the group has the pipes open.
      if (child.exitCode !== null || child.signalCode !== null) return kill("SIGKILL");
      kill("SIGTERM");
      // Again and again: the first process of a namespace does not get the signal before it listens.
      asking = setInterval(() => kill("SIGTERM"), 50).unref();
      forGood = setTimeout(() => kill("SIGKILL"), 2000).unref();
    };
    if (command.signal.aborted) abort();
    command.signal.addEventListener("abort", abort, { once: true });
    const hand = (stream: "stdout" | "stderr", line: string) => {
      // The shell that started the command says so of a command that we ended.
      if (!(interrupted && /^(Terminated|Killed)$/.test(line))) command.onLine(stream, line);
    };
    const lines = Promise.all([
      eachLine(stdout.read, (line) => hand("stdout", line), command.onPause),
      ...(stderr === stdout ? [] : [eachLine(stderr.read, (line) => hand("stderr", line), command.onPause)]),
    ]);
    let failure: unknown;
    lines.catch((thrown) => {
      failure = thrown;
      abort();
    });
    let report = "";
    const third = child.stdio[3];
    if (third && "on" in third) third.on("data", (data: Buffer) => (report += data.toString()));
    child.once("error", reject);
    child.once("exit", () => {
      pausing?.[Symbol.dispose]();
      clearInterval(asking);
      clearTimeout(forGood);
      // Of an interrupted group nobody stays, and nothing is sent later: its number may be another's by then.
      if (interrupted) kill("SIGKILL");
    });
    child.once("close", async (status) => {
      await lines.catch(() => undefined);
      command.signal.removeEventListener("abort", abort);
      resolve({ status: status ?? 128, interrupted, report, failure });
    });
  });
}

type Files = {
  /** Closed here, once the program has them. */
  readonly given: Iterable<number>;
  /** Closed where it could not be started, or this process would wait for what nobody writes. */
  readonly read: readonly Readable[];
};

/** @throws with the code `EMFILE` where fewer files may be open than the program is to get */
function started([file = "", ...args]: readonly string[], options: SpawnOptions, files: Files): ChildProcess {
  try {
    return spawn(file, args, options);
  } catch (thrown) {
    for (const each of files.read) each.destroy();
    // What Linux says where an open file is to have a number that the limit does not allow (fcntl(2)).
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EINVAL") thrown.code = "EMFILE";
    throw thrown;
  } finally {
    for (const each of files.given) closeSync(each);
  }
}

/**
 * What is said of a program that could not be started, such as one where nothing may be (`noexec`).
 *
 * @throws where too few files may be open, of which no other way into a sandbox is rid
 */
export function notSpawned(thrown: Error): Spawned {
  if ("code" in thrown && thrown.code === "EMFILE") throw thrown;
  return { status: 125, interrupted: false, report: thrown.message };
}

type Pipe = { readonly read: Readable; readonly write: number };

/**
 * Pipes for what the command says, which lose their names at once. Node's own are pairs of sockets, and a socket cannot be
 * opened as `/dev/stderr`.
 */
function openPipes(count: number, directory: string, spare: Command["sparePipe"]): readonly [Pipe, Pipe?] {
  const given = Array.from({ length: count }, () => spare?.()).filter((path) => path !== undefined);
  const [first = "", second] = given.length === count ? given : makePipes(count, directory);
  return second === undefined ? [openPipe(first)] : [openPipe(first), openPipe(second)];
}

function makePipes(count: number, directory: string): readonly string[] {
  const paths = [`${directory}/stdout`, `${directory}/stderr`].slice(0, count);
  const made = spawnSync("mkfifo", paths);
  if (made.status !== 0) throw made.error ?? new Error(`mkfifo: ${made.stderr}`);
  return paths;
}

function openPipe(path: string): Pipe {
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  return { read: new Socket({ fd: read, readable: true, writable: false }), write };
}

/** Both ends of a pipe, opened anew: what one command sets on them (`O_NONBLOCK`) is nothing to others. */
function pipeEnds(pipe: string | undefined): number[] {
  // Opened for both, so that no opening waits for another process.
  return pipe === undefined ? [] : [openSync(pipe, constants.O_RDWR), openSync(pipe, constants.O_RDWR)];
}

/** What the command's descriptors are: those that it is given, and nothing of those that Gantry itself inherited. */
function descriptors(
  files: readonly number[],
  { ends: [read, write], nothing }: { readonly ends: readonly number[]; readonly nothing: number },
): StdioOptions {
  const given = new Map<number, IOType | number>(inheritedDescriptors().map((each) => [each, nothing]));
  const [stdout = nothing, stderr = nothing, ...more] = files;
  for (const [at, kind] of (
    ["ignore", stdout, stderr, more.length > 0 ? "pipe" : nothing, ...more] as const
  ).entries())
    given.set(at, kind);
  if (read !== undefined) given.set(inheritedPipe.read, read);
  if (write !== undefined) given.set(inheritedPipe.write, write);
  return Array.from({ length: Math.max(...given.keys()) + 1 }, (_, at) => given.get(at) ?? "ignore");
}

/**
 * Open descriptors that a program which is started gets: `(flock 200; gantry build) 200>file` is usual. Node closes the
 * first few.
 */
function inheritedDescriptors(): number[] {
  const closesOnExec = 0o2000000;
  return readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, "utf8"))?.[1];
      return flags !== undefined && (Number.parseInt(flags, 8) & closesOnExec) === 0 ? [Number(name)] : [];
    } catch {
      // The one by which the directory was read.
      return [];
    }
  });
}

/** In UTF-16 code units. What is longer is handed on in pieces: a string cannot hold every line. */
const longestLine = 16 * 1024 * 1024;

/**
 * A line ends with `\n`, `\r\n` or `\r`, which a progress bar begins its line anew with. Who writes faster than lines are used
 * has to wait, as the pipe is full then.
 *
 * @param pause called after the lines that came at once
 */
async function eachLine(
  stream: Readable,
  use: (line: string) => void,
  pause: () => void = () => undefined,
): Promise<void> {
  let parts: string[] = [];
  let length = 0;
  let [afterReturn, isCut] = [false, false];
  const hand = () => {
    use(parts.join(""));
    parts = [];
    length = 0;
  };
  for await (const chunk of stream.setEncoding("utf8")) {
    const text = String(chunk);
    const begun = afterReturn && text.startsWith("\n") ? text.slice(1) : text;
    afterReturn = text.endsWith("\r");
    for (const [index, part] of begun.split(/\r\n|\n|\r/).entries()) {
      if (index > 0 && !(isCut && length === 0)) hand();
      parts.push(part);
      length += part.length;
      isCut = length >= longestLine || (isCut && index === 0);
      if (length >= longestLine) hand();
    }
    pause();
    // Of a pipe that is always full Node reads two megabytes in one turn, which may be half a million lines: signals come between.
    await setImmediate();
  }
  if (length === 0) return;
  hand();
  pause();
}
