import { availableParallelism } from "node:os";
import { extname, join } from "node:path";
import { MessageChannel, type MessagePort, type Transferable, Worker } from "node:worker_threads";

/** What a thread is asked, with a port for what it answers, which it closes at the end. */
export type Asked = { readonly port: MessagePort };

type Asking<Said> = {
  /** Told what the thread says, while it works and at the end. */
  readonly onSaid: (said: Said) => void;
  /** What the thread gets instead of a copy. */
  readonly transfer?: readonly Transferable[];
};

type Threads = {
  readonly directory: string;
  /** Of the file that they begin with, without its end. The bundle has it apart (`tsdown.config.ts`). */
  readonly name: string;
  /** What tells a thread what it is for. */
  readonly purpose: string;
  /** How many there are at most, and no more than processors. Each takes some 40 MB. */
  readonly most: number;
};

/**
 * Threads that begin with the same file. They are started when they are asked for, stay, since one command has several things for
 * them, and hold up no end of a process.
 */
export function threadsOf({ directory, name, purpose, most }: Threads): () => readonly Worker[] {
  let started: readonly Worker[] | undefined;
  return () => {
    const file = join(directory, `${name}${extname(import.meta.filename)}`);
    started ??= Array.from({ length: Math.min(availableParallelism(), most) }, () => {
      const thread = new Worker(file, { workerData: purpose });
      thread.unref();
      return thread;
    });
    return started;
  };
}

/** Waits until a thread has done what it is asked. One that ends meanwhile says nothing more. */
export async function ask<Said>(
  thread: Worker,
  job: object,
  { onSaid, transfer = [] }: Asking<Said>,
): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  port1.on("message", onSaid);
  port1.on("close", resolve);
  thread.postMessage({ ...job, port: port2 }, [port2, ...transfer]);
  await closed;
}

/** What an exception of the file system says; on its way to another thread it would lose its fields. */
export type ThreadProblem = { readonly message: string; readonly code: unknown; readonly path: string };

/** @param path what was read or written, where the exception does not say so; of two files it is about the one that is written */
export function problemOf(thrown: unknown, path: string): ThreadProblem {
  const of = (name: "code" | "dest" | "path") =>
    thrown instanceof Error && name in thrown ? Reflect.get(thrown, name) : undefined;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { message, code: of("code"), path: String(of("dest") ?? of("path") ?? path) };
}

/** The exception again. */
export function thrownOf(problem: ThreadProblem): Error {
  return Object.assign(new Error(problem.message), problem);
}
