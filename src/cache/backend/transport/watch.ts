import { setTimeout as wait } from "node:timers/promises";
import { Silence } from "./failure.ts";

/** In milliseconds. */
export type Deadlines = {
  /** Until a connection stands, TLS included. */
  readonly connect: number;
  /** In which something has to come or go: 16 KiB for each second of it, or an end. */
  readonly idle: number;
};

/** Bytes a second. Less is as good as nothing: who sends a byte now and then keeps nobody waiting for days. */
const slowest = 16 * 1024;

/** Exchanges that share a line, and get on together. */
export type Line = Set<(bytes: number) => void>;

export type Watch = Disposable & {
  /** Aborted when the caller's is, or when nothing happened for too long. */
  readonly signal: AbortSignal;
  /** A connection stands; what is told before does not count. */
  connected(): void;
  /** The next stage is reached: all sent, an answer. */
  stage(): void;
  /** Bytes came or went. */
  bytes(bytes: number): void;
};

/**
 * Sees to it that an exchange with a server gets on, or those that share its line do: of many connections that are made at once,
 * some have to wait for others.
 */
export function watch(deadlines: Deadlines, signal: AbortSignal, line: Line = new Set()): Watch {
  const { connect, idle } = deadlines;
  const controller = new AbortController();
  let counted = 0;
  let isConnected = false;
  let marks = 0;
  let timer: NodeJS.Timeout | undefined;
  const mark = () => {
    clearTimeout(timer);
    counted = 0;
    marks += 1;
    if (!controller.signal.aborted) timer = setTimeout(leave, isConnected ? idle : connect, marks);
  };
  const leave = (at: number) =>
    afterReading(() => {
      if (at !== marks) return;
      const what = isConnected ? "the server sent nothing for" : "no connection within";
      controller.abort(new Silence(`${what} ${(isConnected ? idle : connect) / 1000} s`));
    });
  const count = (bytes: number) => {
    counted += bytes;
    if (!isConnected || counted >= (slowest * idle) / 1000) mark();
  };
  mark();
  line.add(count);
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    connected() {
      if (isConnected) return;
      isConnected = true;
      mark();
      for (const tell of line) tell(0);
    },
    stage() {
      if (isConnected) mark();
    },
    bytes(bytes) {
      for (const tell of line) tell(bytes);
    },
    [Symbol.dispose]() {
      line.delete(count);
      clearTimeout(timer);
      marks += 1;
    },
  };
}

/**
 * Judges after what has come by now was read: a process that was busy itself does that after its timers, which would find that
 * nothing came.
 */
export function afterReading(judge: () => void): void {
  setImmediate(() => setImmediate(judge));
}

/**
 * Runs `run` on every item, at most `limit` at once, until one fails: the others are then told by their signal, and waited for.
 *
 * @throws what failed first
 */
export async function untilOneFails<T, R>(
  items: readonly T[],
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
  run: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const controller = new AbortController();
  const all = AbortSignal.any([signal, controller.signal]);
  const results: R[] = [];
  let failed: { readonly by: unknown } | undefined;
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      if (all.aborted) break;
      try {
        results[index] = await run(item, all);
      } catch (thrown) {
        failed ??= { by: thrown };
        controller.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failed) throw failed.by;
  signal.throwIfAborted();
  return results;
}

/** What parts of the idle deadline pass before the second, third and fourth attempt; a server may ask for more. */
const pauses = [1 / 75, 1 / 25, 1 / 8];

/** With less than that, in bytes, an attempt did not get on: a byte an attempt would be attempts without end. */
const step = 64 * 1024;

/**
 * Makes an attempt again where that may help, as often as it got on, and three times where it did not.
 *
 * @param headway how far it is; grows with each attempt that was not in vain
 */
export async function persistently<T>(
  attempt: () => Promise<T>,
  { signal, idle, headway, again }: Persistence,
): Promise<T> {
  for (let [tried, before] = [0, headway()]; ; tried += 1) {
    try {
      return await attempt();
    } catch (thrown) {
      if (headway() >= before + step) [tried, before] = [0, headway()];
      const pause = pauses[tried];
      const asked = signal.aborted || pause === undefined ? undefined : again(thrown);
      if (pause === undefined || asked === undefined) throw thrown;
      await wait(Math.max(idle * pause * (0.5 + Math.random()), asked), undefined, { signal });
    }
  }
}

type Persistence = Pick<Deadlines, "idle"> & {
  readonly signal: AbortSignal;
  readonly headway: () => number;
  /** How long to wait at least; undefined where another attempt would be in vain. */
  readonly again: (thrown: unknown) => number | undefined;
};
