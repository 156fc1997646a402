import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import type { RecordOf } from "../../store/kinds/kinds.ts";
import type { Bring } from "../../store/kinds/sharing.ts";
import type { Store } from "../../store/store.ts";
import { isTestRead, shownRead, type TestRead } from "./testReads.ts";

type Records = Store["records"];

type KeptResult = RecordOf<"test-result">;

/** What a read shows now; undefined where nobody can say. */
export type Show = (read: TestRead) => Digest | null | undefined;

/** How many lists of reads are kept for one test: a file that comes and goes has two. */
const listsKept = 4;

/**
 * The result of an earlier run of a test that would find now what it found then.
 *
 * @param id of the program, how it is started, and in what
 */
export function findResult(
  records: Records,
  id: Digest,
  show: Show,
): { readonly key: Digest; readonly result: KeptResult } | undefined {
  for (const reads of records.get("test-reads", id) ?? []) {
    const key = resultKey(id, reads.filter(isTestRead), show);
    const result = key && records.get("test-result", key);
    if (key && result) return { key, result };
  }
  return undefined;
}

/** What is known of a test by, before anything of it was seen: its program, how it is started, and in what. */
export function testId({ program, around }: Pick<LastTest, "program" | "around">): Digest {
  return digestOf(canonical(["test 2", program, around]));
}

/** Brings what other machines know of a test: what it may read, and the results that this leads to here. */
export async function bringResult(
  records: Records,
  id: Digest,
  { show, bring }: { readonly show: Show; readonly bring: Bring },
): Promise<void> {
  await bring([{ kind: "test-reads", key: id }]);
  const lists = records.get("test-reads", id) ?? [];
  const keys = lists.flatMap((reads) => resultKey(id, reads.filter(isTestRead), show) ?? []);
  if (keys.length > 0) await bring(keys.map((key) => ({ kind: "test-result", key })));
}

/** Keeps a result; gives its key, or undefined where nobody can say by now what the test found. */
export function keepResult(
  records: Records,
  id: Digest,
  {
    reads,
    output,
    show,
  }: { readonly reads: readonly TestRead[]; readonly output: Buffer; readonly show: Show },
): Digest | undefined {
  const key = resultKey(id, reads, show);
  if (key === undefined) return undefined;
  const found = Object.fromEntries(reads.map((read) => [read, show(read) ?? null]));
  records.set("test-result", key, { reads: found, output: output.toString("base64") });
  const text = JSON.stringify(reads);
  const others = (records.get("test-reads", id) ?? []).filter((each) => JSON.stringify(each) !== text);
  records.set("test-reads", id, [reads, ...others].slice(0, listsKept));
  return key;
}

function resultKey(id: Digest, reads: readonly TestRead[], show: Show): Digest | undefined {
  const found: [string, Digest | null][] = [];
  for (const read of reads) {
    const now = show(read);
    if (now === undefined) return undefined;
    found.push([read, now]);
  }
  return digestOf(canonical([id, found]));
}

/** What is remembered of a test that was run or kept last. */
export type LastTest = RecordOf<"last-tests">[string];

/** In words, why a test runs: what differs from the last time. */
export function reasonToRun(
  records: Records,
  {
    before,
    now,
    show,
  }: { readonly before: LastTest | undefined; readonly now: LastTest; readonly show: Show },
): string {
  if (!before) return "it was not run here before";
  if (before.program !== now.program) return "its code changed";
  if (before.around !== now.around) return "its arguments, its variables or what it runs in changed";
  if (before.unkept !== undefined) return `its last result was not kept: ${before.unkept}`;
  const result = before.result && records.get("test-result", before.result);
  const changed = Object.entries(result?.reads ?? {}).flatMap(([read, was]) =>
    isTestRead(read) ? changeOf(read, was, show(read)) : [],
  );
  const [first, ...others] = [...new Set(changed)];
  if (first === undefined) return "its result is no longer in the store";
  return others.length === 0 ? first : `${first}, and ${others.length} more`;
}

function changeOf(read: TestRead, was: Digest | null, now: Digest | null | undefined): string[] {
  if (was === now) return [];
  const path = `\`${shownRead(read)}\``;
  if (now === undefined && read.startsWith("port:")) return [`another listens at ${path}`];
  if (now === undefined) return [`${path} may have been changed since the step began`];
  if (now === null) return [`${path}, which it read, is gone`];
  return [
    was === null ? `${path}, which it looked for in vain, is there now` : `${path}, which it read, changed`,
  ];
}
