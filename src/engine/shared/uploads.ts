import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { isRecord } from "../../base/digest.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import type { CacheSettings } from "../../cache/settings.ts";
import type { sharedLevel } from "../../cache/statement/statement.ts";
import type { KindName } from "../../store/kinds/kinds.ts";
import { isList, isShared, type SharedName } from "../../store/kinds/sharing.ts";
import type { Store } from "../../store/store.ts";
import type { Emit } from "../event.ts";
import type { UploadItem } from "./upload.ts";

/**
 * What this command records is sent by a process of its own, of low priority, so that packing and sending never slow the
 * build, and nothing that happens there can fail it. It goes on when the command has ended; in CI, where nothing outlives a
 * command, it is waited for.
 */
export type Uploads = {
  /** Takes down a record that was made here, and by whose word. */
  add(kind: KindName, key: string, value: unknown, rests: readonly string[]): void;
  /** The cache has it. */
  isThere(name: SharedName): void;
  /** What the cache has of it is of no use, and is to be written over. */
  isUseless(name: Pick<UploadItem, "key"> & { readonly kind: string }): void;
  /** How many were sent, those that were there left out, and by how many requests and bytes, as far as that is known. */
  counts(): { readonly uploaded: number; readonly requests: number; readonly sent: number };
  /** Ends what is to be sent, and waits for it in CI. */
  finish(): Promise<void>;
};

/** What the process is told first, in one line; then one item a line. */
export type UploadOrder = {
  readonly url: string;
  readonly access: CacheSettings["access"];
  readonly trusted: readonly string[];
  readonly secret: string;
  readonly store: string;
  readonly level: typeof sharedLevel;
};

type UploadsContext = {
  readonly order: UploadOrder;
  /** How Gantry is started. */
  readonly program: readonly [string, ...string[]];
  /** Whether the command waits until all is sent. */
  readonly waits: boolean;
  readonly store: Store;
  readonly emit: Emit;
  readonly signal: AbortSignal;
};

/** How long a command in CI waits at most for what is still to be sent, in milliseconds. */
const longestWait = 10 * 60_000;

/** How long a command waits until the process has read what it is to send, in milliseconds. */
const longestTelling = 10_000;

export function startUploads({ order, program, waits, emit, signal }: UploadsContext): Uploads {
  const there = new Set<string>();
  const useless = new Set<string>();
  /** Units that were recorded and not yet the step that compiled them, whose time they share. */
  let waiting: Omit<UploadItem, "took">[] = [];
  let sender: Sender | undefined;
  let added = 0;
  let counts = { uploaded: 0, requests: 0, sent: 0 };
  const send = (items: readonly UploadItem[]): void => {
    if (items.length === 0) return;
    sender ??= startSender(program, order);
    for (const item of items) sender.write({ ...item, isUseless: useless.has(`${item.kind} ${item.key}`) });
    added += items.length;
  };
  const release = (seconds: number): void => {
    const units = waiting.filter(({ kind }) => kind === "unit").length;
    send(waiting.map((item) => ({ ...item, took: item.kind === "unit" ? (1000 * seconds) / units : 0 })));
    waiting = [];
  };
  return {
    add(kind, key, value, rests) {
      const place = `${kind} ${key}`;
      if (!isShared(kind) || (there.has(place) && !isList(kind))) return;
      if (kind !== "result") {
        const before = waiting.filter((item) => `${item.kind} ${item.key}` !== place);
        waiting = [...before, { kind, key, value, rests }];
        return;
      }
      const seconds = isRecord(value) && typeof value.seconds === "number" ? value.seconds : 0;
      release(seconds);
      send([{ kind, key, value, rests, took: 1000 * seconds }]);
    },
    isThere({ kind, key }) {
      there.add(`${kind} ${key}`);
    },
    isUseless({ kind, key }) {
      useless.add(`${kind} ${key}`);
    },
    counts: () => counts,
    async finish() {
      release(0);
      if (!sender) return;
      if (!waits) return sender.leave();
      const about = { type: "progress", what: "send", name: "to the shared cache", total: added } as const;
      emit({ ...about, done: 0 });
      const ended = await sender.end({
        signal,
        longest: longestWait,
        onDone: (done) => emit({ ...about, done: Math.min(done, added - 1) }),
        onCounts(told) {
          counts = told;
        },
        onProblem: (message, about) =>
          emit({ type: "warning", diagnostic: diagnostic("cache-not-sent", message, about) }),
      });
      emit({ ...about, done: added });
      if (ended === "late")
        emit({ type: "note", text: "sending to the shared cache took too long, and was ended" });
    },
  };
}

type Sender = ReturnType<typeof startSender>;

type Ending = {
  readonly signal: AbortSignal;
  readonly longest: number;
  readonly onDone: (done: number) => void;
  readonly onCounts: (counts: ReturnType<Uploads["counts"]>) => void;
  readonly onProblem: (message: string, about: Pick<Diagnostic, "notes" | "help">) => void;
};

function startSender([file, ...words]: UploadsContext["program"], order: UploadOrder) {
  // It gets the key by a pipe, and outlives the command: its variables can be read by whatever runs as the same user.
  const { GANTRY_CACHE_SIGN_WITH: _, ...env } = process.env;
  // A group of its own, so that Ctrl-C is not for it.
  const child = spawn(file, [...words, "cache", "upload", "--log-format", "json"], {
    detached: true,
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const { promise: closed, resolve } = Promise.withResolvers<"closed">();
  child.on("error", () => resolve("closed"));
  child.on("close", () => resolve("closed"));
  // One that has died reads nothing.
  child.stdin.on("error", () => undefined);
  const lines: string[] = [];
  let onLine = (line: string): void => void lines.push(line);
  createInterface({ input: child.stdout }).on("line", (line) => onLine(line));
  child.stdin.write(`${JSON.stringify(order)}\n`);
  return {
    write: (item: UploadItem) => void child.stdin.write(`${JSON.stringify(item)}\n`),
    /** Leaves it to itself, once it has all that it needs. */
    async leave(): Promise<void> {
      const written = new Promise<void>((resolve) => child.stdin.end(() => resolve()));
      await Promise.race([closed, written, sleep(longestTelling, undefined, { ref: false })]);
      child.stdout.destroy();
      child.unref();
    },
    async end({ signal, longest, onDone, onCounts, onProblem }: Ending): Promise<"closed" | "late"> {
      onLine = (line) => {
        // One that is killed leaves a line in part.
        const told = parsedJson(line);
        if (!isRecord(told)) return;
        const { type, done, message, notes, help } = told;
        if (type === "progress" && typeof done === "number") onDone(done);
        if (type === "shared-cache") {
          const { uploaded, requests, sent } = told;
          onCounts({ uploaded: Number(uploaded), requests: Number(requests), sent: Number(sent) });
        }
        if (type === "diagnostic" && typeof message === "string")
          onProblem(message, { notes: textsIn(notes), help: textsIn(help) });
      };
      for (const line of lines) onLine(line);
      child.stdin.end();
      const { promise: late, resolve: end } = Promise.withResolvers<"late">();
      const timer = setTimeout(() => end("late"), longest);
      const stop = () => end("late");
      signal.addEventListener("abort", stop);
      if (signal.aborted) stop();
      const ended = await Promise.race([closed, late]);
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      if (ended === "late") child.kill("SIGTERM");
      child.stdout.destroy();
      child.unref();
      return ended;
    },
  };
}

function textsIn(told: unknown): readonly string[] {
  return Array.isArray(told) ? told.filter((each) => typeof each === "string") : [];
}
