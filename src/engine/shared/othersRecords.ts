import { byCodeUnit, type Data } from "../../base/digest.ts";
import { keyName } from "../../cache/statement/keys.ts";
import { type KindName, kinds, type RecordOf } from "../../store/kinds/kinds.ts";
import { isList, isShared, mergedLists } from "../../store/kinds/sharing.ts";
import type { Records, Store } from "../../store/store.ts";

/**
 * The records of a store for one command, which believes some people and not others. A store is shared by projects, and what
 * one of them believes must not become another's without its knowing. So what others say is kept apart, with the keys by
 * which they said it, and so is what was made with its help; it is there for commands that believe all of these.
 *
 * Trees need nothing of that kind: a tree is what its name says, whoever brought it.
 */
export type OthersRecords = Records & {
  /** Believes those keys from here on, and no others. Before: nobody. */
  trust(keys: readonly string[]): void;
  /** Takes down what somebody says. */
  learn<Kind extends KindName>(kind: Kind, key: string, said: Said<RecordOf<Kind>>): void;
  /** Who made what `get` gives, and when; undefined where it was made here. */
  madeBy(kind: KindName, key: string): Made | undefined;
};

type Made = { readonly by: string /** In seconds after the epoch. */; readonly at: number };

type Said<Value> = {
  readonly value: Value;
  /** The keys of all whose word it is. */
  readonly word: readonly string[];
  readonly made: Made;
};

type Other = RecordOf<"by-others">[number];

/** How many values of one key are kept. */
const kept = 6;

type Watching = {
  /** Told what is recorded that was made here, and with whose help. */
  readonly onSet?: (kind: KindName, key: string, value: unknown, rests: readonly string[]) => void;
  /** Told what is read that was made here, and with whose help. */
  readonly onOwn?:
    | ((kind: KindName, key: string, value: unknown, rests: readonly string[]) => void)
    | undefined;
};

export function othersRecords(
  { records, tree }: Pick<Store, "records" | "tree">,
  { onSet, onOwn }: Watching = {},
): OthersRecords {
  let trusted: ReadonlySet<string> = new Set();
  /** Whose word this command has relied on. */
  const relied = new Set<string>();
  /** What was said at a place, as it was read first: one command looks for the same units several times. */
  const said = new Map<string, readonly Other[]>();
  const othersAt = (place: string): readonly Other[] => {
    const before = said.get(place);
    if (before) return before;
    const others = records.get("by-others", place);
    if (others) said.set(place, others);
    return others ?? [];
  };
  /** What is known of a record by the word of those who are believed. */
  const othersOf = <Kind extends KindName>(kind: Kind, key: string) => {
    if (trusted.size === 0 || !(kinds[kind].isDerived || isShared(kind))) return [];
    return othersAt(placeOf(kind, key)).flatMap((other) => {
      const record = kinds[kind].read(other.value, key);
      const isBelieved = other.word.length > 0 && other.word.every((each) => trusted.has(each));
      if (!isBelieved || !record) return [];
      const { standsFor, value } = record;
      return standsFor === undefined || tree(standsFor) !== undefined ? [{ value, other }] : [];
    });
  };
  const keep = (kind: KindName, key: string, other: Omit<Other, "trees">): void => {
    const place = placeOf(kind, key);
    const word = other.word.join();
    const before = (records.get("by-others", place) ?? []).filter((each) => each.word.join() !== word);
    const trees = [...(kinds[kind].read(other.value, key)?.names ?? [])];
    const now = [{ ...other, trees }, ...before].slice(0, kept);
    records.set("by-others", place, now);
    said.set(place, now);
  };
  /** Of what a key says, what was made here: without help if there is such, and else the latest. Lists count together. */
  const tellOwn = <Kind extends KindName>(kind: Kind, key: string): void => {
    if (!onOwn) return;
    const own = records.get(kind, key);
    const helped = othersOf(kind, key).filter(({ other }) => other.made === undefined);
    const [latest] = helped;
    if (isShared(kind) && isList(kind) && latest) {
      const lists = [own, ...helped.map(({ value }) => value)].filter((each) => each !== undefined);
      const rests = new Set(helped.flatMap(({ other }) => other.word));
      onOwn(kind, key, mergedLists(lists.flatMap((each) => listsOf(each))), [...rests].sort(byCodeUnit));
    } else if (own !== undefined) onOwn(kind, key, own, []);
    else if (latest) onOwn(kind, key, latest.value, latest.other.word);
  };
  return {
    trust(keys) {
      trusted = new Set(keys);
    },
    get(kind, key) {
      const own = records.get(kind, key);
      tellOwn(kind, key);
      const isOfLists = isShared(kind) && isList(kind);
      if (own !== undefined && !isOfLists) return own;
      const others = othersOf(kind, key);
      const used = isOfLists ? others : others.slice(0, 1);
      for (const { other } of used) for (const each of other.word) relied.add(each);
      if (!isOfLists || others.length === 0) return used[0]?.value ?? own;
      const lists = [own, ...others.map(({ value }) => value)].filter((each) => each !== undefined);
      return kinds[kind].read(mergedLists(lists.flatMap((each) => listsOf(each))), key)?.value;
    },
    known: (kind, keys) => records.known(kind, keys),
    all(kind, key) {
      const others = othersOf(kind, key);
      for (const { other } of others) for (const each of other.word) relied.add(each);
      const own = records.all(kind, key);
      tellOwn(kind, key);
      return [...own, ...others.map(({ value }) => value)];
    },
    set(kind, key, value) {
      // What was known without help is nobody's word, whatever helped to find it again.
      const isHelped = relied.size > 0 && kinds[kind].isDerived;
      const isKnown = isHelped && isSame(records.get(kind, key), value);
      const word = isHelped && !isKnown ? [...relied].sort(byCodeUnit) : [];
      if (!isHelped) records.set(kind, key, value);
      else if (!isKnown) keep(kind, key, { word, value: dataOf(value) });
      onSet?.(kind, key, value, word);
    },
    learn(kind, key, { value, word, made }) {
      keep(kind, key, { word, value: dataOf(value), made: { ...made } });
    },
    wordOf(kind, key) {
      if (records.get(kind, key) !== undefined) return undefined;
      return othersOf(kind, key)[0]?.other.word;
    },
    doubted(kind, key) {
      if (records.get(kind, key) !== undefined || othersOf(kind, key).length > 0) return [];
      const others = records.get("by-others", placeOf(kind, key)) ?? [];
      const there = others.find(({ value }) => {
        const record = kinds[kind].read(value, key);
        return record && (record.standsFor === undefined || tree(record.standsFor) !== undefined);
      });
      const doubted = there?.word.filter((each) => !trusted.has(each)) ?? [];
      return [...new Set(doubted.map(keyName))];
    },
    madeBy(kind, key) {
      if (records.get(kind, key) !== undefined) return undefined;
      return othersOf(kind, key)[0]?.other.made;
    },
  };
}

function placeOf(kind: KindName, key: string): string {
  return `${kind} ${kinds[kind].version} ${key}`;
}

/** As it will be read again. */
function dataOf(value: unknown): Data {
  return JSON.parse(JSON.stringify(value));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function listsOf(value: unknown): RecordOf<"reads">[] {
  const record = kinds.reads.read(value, "");
  return record ? [record.value] : [];
}
