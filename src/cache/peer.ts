import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { asDigest, type Digest } from "../base/digest.ts";
import type { Result } from "../base/result.ts";
import type { Backend, BlobId } from "./backend/backend.ts";
import { afterReading } from "./backend/transport/watch.ts";
import type { SigningKey, TrustedKey } from "./statement/keys.ts";
import {
  type Believed,
  type Distrust,
  entryKey,
  type Pack,
  packsOf,
  type RecordName,
  readStatement,
  type Statement,
  shown,
  writeStatement,
} from "./statement/statement.ts";

/**
 * This folder: what machines share. `backend/` has servers, which keep bytes and are believed nothing; `statement/` what is
 * said and who signed it; `pack/` files as blobs; `settings.ts` where the cache is and who is believed. Only here and in `fetch`
 * is the network reached.
 *
 * A peer is a server as one command uses it. One that does not do what it should is given up for the rest of the command, and
 * that is told once. Nothing fails because of it.
 */
export type Peer = AsyncDisposable & {
  /** As people write it, without secrets. */
  readonly name: string;
  /** Why it was given up; undefined: it was not. */
  readonly gone: () => Diagnostic | undefined;
  /** What is said about those records by people who are believed; others' words are told, and count as nothing. */
  lookUp(names: readonly RecordName[]): Promise<readonly Believed[]>;
  /** The same for who is about to write: what is there is not told of, and may be written over where it is of no use. */
  occupied(names: readonly RecordName[]): Promise<ReadonlyMap<RecordName, Occupied> | undefined>;
  /** Those of the packs that are not there; undefined where that cannot be found out. */
  missing(packs: readonly Pack[]): Promise<ReadonlySet<Digest> | undefined>;
  /**
   * Brings packs, and says of each whether it came.
   *
   * @param until when it has taken too long, by `performance.now`
   */
  fetch(
    packs: readonly Pack[],
    path: (pack: Digest) => string,
    until: number,
  ): Promise<ReadonlyMap<Digest, "there" | "absent" | "altered">>;
  /** Sends packs that are not there, or all, and then the statement. Whether that went well. */
  put(statement: Statement, putting: Putting): Promise<boolean>;
  /** Tells that something is not to be believed. What is wrong with many is told once. */
  tell(subjects: readonly RecordName[], problem: string): void;
  readonly counters: Backend["counters"];
};

/** What is there: `useless`, if nobody here can believe it. */
type Occupied = Believed | "useless";

type Putting = {
  readonly key: SigningKey;
  /** Where a pack lies. */
  readonly path: (pack: Digest) => string;
  /** Write over the statement that is there, which turned out to be of no use. */
  readonly replace: boolean;
  /** Send also the packs that are said to be there: of some the bytes are wrong. Default: false. */
  readonly resend?: boolean;
};

type PeerOptions = {
  readonly trusted: readonly TrustedKey[];
  /** Told what is wrong with the server or with what it has. */
  readonly warn: (problem: Diagnostic) => void;
  /** Ends what the backend does. */
  readonly abort: () => void;
  /** How long a look-up may take, and how long nothing may arrive, in milliseconds. Default: 10 s. */
  readonly patience?: number;
};

/** Bytes a second. What comes more slowly for longer than the patience is given up. */
const slowest = 20 * 1024;

/** A server as a peer. Nothing is asked of it before the first call; it is closed with the peer. */
export function openPeer(backend: Backend, options: PeerOptions): Peer {
  const { trusted, warn, abort, patience = 10_000 } = options;
  let gone: Diagnostic | undefined;
  const told = new Set<string>();
  const giveUp = (why: Diagnostic): undefined => {
    if (gone) return undefined;
    gone = why;
    abort();
    // Who is told to stop does not blame the server.
    if (why.code !== "interrupted") warn(givenUp(backend.name, why));
    return undefined;
  };
  /** What was answered; undefined where nothing was, and the server is given up. */
  const asked = async <T>(
    work: () => Promise<Result<T>>,
    isLate: () => boolean,
  ): Promise<{ readonly value: T } | undefined> => {
    if (gone) return undefined;
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const look = () => isLate() && resolve("late");
    const timer = setInterval(() => isLate() && afterReading(look), 250);
    try {
      const answer = await Promise.race([work(), late]);
      if (answer === "late") return giveUp(tooSlow(backend.name));
      return answer.ok ? answer : giveUp(answer.error);
    } catch (thrown) {
      // What the operating system refuses, here or there: a build goes on without the cache.
      if (thrown instanceof Error && "code" in thrown)
        return giveUp(diagnostic("cache-failed", thrown.message));
      throw thrown;
    } finally {
      clearInterval(timer);
    }
  };
  const within = (milliseconds: number) => {
    const end = performance.now() + milliseconds;
    return () => performance.now() > end;
  };
  /** Late is who sends nothing for long, or all too slowly. */
  const transfer = () => {
    const start = performance.now();
    let [bytes, last] = [0, start];
    return {
      onBytes(more: number) {
        bytes += more;
        last = performance.now();
      },
      isLate() {
        const now = performance.now();
        const isSlow = now - start > 2 * patience && bytes / ((now - start) / 1000) < slowest;
        return now - last > patience || isSlow;
      },
    };
  };
  const tell = (subjects: readonly RecordName[], problem: string): void => {
    if (told.has(problem)) return;
    told.add(problem);
    warn(unbelieved(backend.name, subjects, problem));
  };
  /** What is there for those records, read. */
  const entriesOf = async (names: readonly RecordName[]) => {
    const byKey = new Map(names.map((name) => [entryKey(name), name]));
    const keys = [...byKey.keys()];
    if (keys.length === 0) return new Map<RecordName, Believed | Distrust>();
    const answer = await asked(() => backend.entries(keys), within(patience + keys.length * 20));
    if (!answer) return undefined;
    const read = new Map<RecordName, Believed | Distrust>();
    for (const key of answer.value.unreadable) {
      const name = byKey.get(key);
      if (name) read.set(name, { problem: "is not an entry of a cache" });
    }
    for (const [key, { statement }] of answer.value.found) {
      const name = byKey.get(key);
      if (name) read.set(name, readStatement(statement, name, trusted));
    }
    return read;
  };
  return {
    name: backend.name,
    gone: () => gone,
    counters: backend.counters,
    tell,
    async lookUp(names) {
      const entries = [...((await entriesOf(names)) ?? [])];
      const problems = entries.flatMap(([name, read]) =>
        "problem" in read ? [{ name, problem: read.problem }] : [],
      );
      for (const [problem, of] of Map.groupBy(problems, (each) => each.problem))
        tell(
          of.map(({ name }) => name),
          problem,
        );
      return entries.flatMap(([, read]) => ("problem" in read ? [] : [read]));
    },
    async occupied(names) {
      const entries = await entriesOf(names);
      const occupation = (read: Believed | Distrust): Occupied => ("problem" in read ? "useless" : read);
      return entries && new Map([...entries].map(([name, read]) => [name, occupation(read)]));
    },
    async missing(packs) {
      const answer = await asked(() => backend.missing(packs.map(blobOf)), within(patience));
      return answer && new Set(answer.value.map(({ digest }) => digest));
    },
    async fetch(packs, path, until) {
      const wanted = [...new Map(packs.map((pack) => [pack.digest, pack])).values()];
      const watched = transfer();
      const place = ({ digest }: BlobId) => path(digest);
      const lacking = await asked(
        () => backend.fetch(wanted.map(blobOf), place, watched.onBytes),
        () => watched.isLate() || performance.now() > until,
      );
      return new Map(
        wanted.map(({ digest }) => [digest, lacking ? (lacking.value.get(digest) ?? "there") : "absent"]),
      );
    },
    async put(statement, { key, path, replace, resend = false }) {
      const packs = new Map(packsOf(statement).map((pack) => [pack.digest, pack]));
      const blobs = [...packs.values()].map(blobOf);
      const missing = resend ? { value: blobs } : await asked(() => backend.missing(blobs), within(patience));
      if (!missing) return false;
      const watched = transfer();
      const place = ({ digest }: BlobId) => path(digest);
      const sent =
        missing.value.length === 0 ||
        (await asked(() => backend.put(missing.value, place, watched.onBytes), watched.isLate));
      if (!sent) return false;
      const entry = { statement: writeStatement(statement, key), blobs };
      const put = () => backend.putEntry(entryKey(statement), entry, replace);
      return (await asked(put, within(patience))) !== undefined;
    },
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}

function blobOf({ digest, size }: Pack): BlobId {
  return { digest, size };
}

function givenUp(name: string, why: Diagnostic): Diagnostic {
  return diagnostic("cache-given-up", `the shared cache at \`${name}\` is left out of this command`, {
    notes: [why.message, ...why.notes],
    help: [...why.help, "leave it out from the beginning: --cache none"],
    causes: why.causes,
  });
}

function tooSlow(name: string): Diagnostic {
  return diagnostic("cache-slow", `\`${name}\` does not answer in time`);
}

function unbelieved(name: string, subjects: readonly RecordName[], problem: string): Diagnostic {
  const [first, ...others] = subjects.map(({ kind, key }) => `\`${kind} ${shownKey(key)}\``);
  const more = others.length === 0 ? "" : ` (and of ${others.length} more)`;
  return diagnostic("cache-unbelieved", `what the shared cache has of ${first}${more} ${problem}`, {
    notes: [`at \`${name}\`; it is ignored, and so is whatever else there this is true of`],
    help: ["see who is trusted: gantry cache status"],
  });
}

/** Keys that are digests are known by their beginning; others say what they are about. */
function shownKey(key: string): string {
  return asDigest(key) === undefined ? shown(key) : key.slice(0, 12);
}
