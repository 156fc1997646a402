import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import type { Digest } from "../../base/digest.ts";
import { logStem } from "../../store/care/logStem.ts";
import type { Store } from "../../store/store.ts";
import type { UnitReason } from "../../units/why/unitHistory.ts";
import type { StepStatus } from "../event.ts";
import { lastLines, linesIn, roomFor, tellingLines } from "./logLines.ts";

/** What was decided about one step, and why. The journal holds one for each step of the last build of a project. */
export type StepDecision = {
  readonly step: string;
  readonly status: StepStatus;
  /** Why it ran, or why it did not although something changed. */
  readonly reason?: string;
  /** All that changed, where `reason` has only the first. */
  readonly changes?: readonly string[];
  /** What else is to be known about how it ran. */
  readonly note?: string;
  /** The units that it had to compile. */
  readonly units: readonly UnitReason[];
  /** The tests that were asked for, where results of tests are kept. */
  readonly tests?: readonly TestDecision[];
};

/** Why a test ran; without a reason: the result of an earlier run was taken. */
export type TestDecision = {
  /** A whole program, or one of the tests in it. */
  readonly kind: "program" | "test";
  readonly test: string;
  readonly reason?: string;
};

/** Keeps what the last command that built something in a project decided. */
export function recordJournal(store: Store, project: string, decisions: readonly StepDecision[]): void {
  if (decisions.length === 0) return;
  const before = store.records.get("journal", project);
  // What is the same is not written: SQLite would wait for the disk when the store is closed.
  if (JSON.stringify(before) !== JSON.stringify(decisions)) store.records.set("journal", project, decisions);
}

/** What the last command decided; undefined where none was run in this project. */
export function recordedJournal(store: Store, project: string): readonly StepDecision[] | undefined {
  return store.records.get("journal", project);
}

/** A step of a project, by the name that people know it by. */
type StepOf = {
  /** The project's root. */
  readonly project: string;
  readonly step: string;
};

/** Notes under which key a step ran last, well or not, so that its log is found by its name. */
export function recordLastStep(store: Store, of: StepOf, key: Digest): void {
  store.records.set("last-step", nameInProject(of), key);
}

/** The key that a step ran under last, or else that of its result; undefined where it was never asked for here. */
export function lastStep(store: Store, of: StepOf): Digest | undefined {
  return store.records.get("last-step", nameInProject(of)) ?? lastBuilt(store, of);
}

/** The key that a step had in the last build of it that went well, whether it ran or not. */
export function lastBuilt(store: Pick<Store, "records">, of: StepOf): Digest | undefined {
  return store.records.get("last-built", nameInProject(of));
}

/** What a step of a project is called in the records about it. */
export function nameInProject({ project, step }: StepOf): string {
  return `${project}\n${step}`;
}

/** All that the commands of one step print, as they print it. */
export type StepLog = Disposable & {
  /** It is in the file after the next `flush`: a call of the system for each line would take most of the time. */
  readonly write: (line: string) => void;
  readonly flush: () => void;
  /** Takes what a compiler said in Cargo's JSON, beside the lines that it is in words, or a `warningMessage`. */
  readonly message: (line: string) => void;
  /** The last lines, each `shortened`, for a message about a failure. */
  readonly lines: () => readonly string[];
};

/** What ran here comes first. What others tell is there for who believes them, with the result that they tell. */
function knownStem(store: LogStore, key: Digest): string {
  const own = logStem(store, key);
  return existsSync(`${own}.log`) ? own : logStem(store, key, store.records.wordOf?.("result", key));
}

type LogStore = Pick<Store, "root" | "records">;

/** Where the log of the step with that key lies. */
export function logFile(store: LogStore, key: Digest): string {
  return `${knownStem(store, key)}.log`;
}

/**
 * What the step with that key printed when it ran, and what compilers said in it; undefined where nothing is kept.
 *
 * @param tells see `tellingLines`
 */
export async function recordedLog(
  store: Store,
  key: Digest,
  tells: (line: string) => boolean,
): Promise<{ readonly lines: readonly string[]; readonly messages: readonly string[] } | undefined> {
  const stem = knownStem(store, key);
  // It may go while it is read: `gantry gc` takes logs, too.
  const lines = await tellingLines(`${stem}.log`, tells).catch(() => undefined);
  return lines && { lines, messages: await messagesIn(`${stem}.messages`) };
}

/** Whether there is something in `recordedMessages`: looks for a file, and reads none. */
export function hasMessages(store: LogStore, key: Digest): boolean {
  return existsSync(`${knownStem(store, key)}.messages`);
}

/** What compilers and Cargo said in the step with that key, in JSON. */
export function recordedMessages(store: LogStore, key: Digest): Promise<readonly string[]> {
  return messagesIn(`${knownStem(store, key)}.messages`);
}

/** None where compilers said nothing. Of one that is too long there is so much that nobody can read it as JSON. */
async function messagesIn(file: string): Promise<readonly string[]> {
  const messages: string[] = [];
  const isRoomFor = roomFor(mostMessages);
  try {
    for await (const read of linesIn(file, longestMessage))
      for (const line of read) if (isRoomFor(line)) messages.push(line);
  } catch {}
  return messages;
}

/** As `lines` and `length` of an `Amount`. A message has some 3,000 code units. */
const mostMessages = { lines: 100_000, length: 2 ** 27 };

/** In UTF-16 code units. */
const longestMessage = 2 ** 20;

/**
 * Keeps a report of tests in JUnit's form that a step left although it failed.
 *
 * @param out the directory that would have become its output
 */
export function keepFailedReport(store: Store, key: Digest, out: string): void {
  const report = `${out}/junit.xml`;
  if (existsSync(report)) copyFileSync(report, failedReport(store, key));
}

/** Where that report lies, if there is one. */
export function failedReport(store: Store, key: Digest): string {
  return `${logStem(store, key)}.junit`;
}

export function openStepLog(store: Store, key: Digest): StepLog {
  mkdirSync(`${store.root}/logs/${key.slice(0, 2)}`, { recursive: true });
  const stem = logStem(store, key);
  const descriptor = openSync(`${stem}.log`, "w");
  rmSync(`${stem}.messages`, { force: true });
  rmSync(failedReport(store, key), { force: true });
  let messages: number | undefined;
  let unwritten = "";
  const recent = lastLines();
  const flush = (): void => {
    const text = unwritten;
    unwritten = "";
    if (text !== "") writeFileSync(descriptor, text);
  };
  return {
    write(line) {
      unwritten += `${line}\n`;
      if (unwritten.length >= mostUnwritten) flush();
      recent.add(line);
    },
    flush,
    message(line) {
      messages ??= openSync(`${stem}.messages`, "w");
      writeSync(messages, `${line}\n`);
    },
    lines: recent.lines,
    [Symbol.dispose]() {
      try {
        flush();
      } finally {
        closeSync(descriptor);
        if (messages !== undefined) closeSync(messages);
      }
    },
  };
}

/** In UTF-16 code units. */
const mostUnwritten = 64 * 1024;
