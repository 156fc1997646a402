import { shownAddress } from "../../cache/backend/shownAddress.ts";
import { isAbsentDirectory } from "../../cache/settings.ts";
import type { Believed } from "../../cache/statement/statement.ts";
import { type Bring, isList, type SharedName } from "../../store/kinds/sharing.ts";
import type { SharedReport } from "../event.ts";
import type { Bringing } from "./bring.ts";
import type { Uploads } from "./uploads.ts";

/**
 * The shared cache as one command uses it: steps ask it for records that the store lacks, before they do what would make them.
 * What it brings is in the store then, so that everything goes on as with a store that had it.
 */
export type SharedCache = {
  /** Brings what the store lacks, as far as there is such. Asks once for each, whoever wants it; never fails. */
  readonly bring: Bring;
  /** Whether this command brought it. */
  has(name: SharedName): boolean;
  /** Whether this command found that what is there of it is of no use. */
  isUseless(name: SharedName): boolean;
  /** Whose a record is that came from there, now or earlier: `from the shared cache, built by \`ci-1\` on 2026-11-29`. */
  madeBy(name: SharedName): string | undefined;
  /** Whether it was left out, since it does not do what it should: what was not brought may be there. */
  isGivenUp(): boolean;
  /** Undefined where nothing was looked for or sent. */
  readonly report: () => Omit<SharedReport, "isAsked"> | undefined;
};

type SharedContext = Bringing & { readonly uploads?: Uploads | undefined };

/** Errors: none; a bad address is told when the first record is looked for. */
export function openSharedCache(context: SharedContext): SharedCache & AsyncDisposable {
  const { store, others, uploads } = context;
  /** Until when what was asked for is on its way. */
  const asked = new Map<string, Promise<void>>();
  const brought = new Map<string, Believed>();
  const useless = new Set<string>();
  let opened: Promise<Opened> | undefined;
  let current: Opened | undefined;
  let [spent, waiting, since] = [0, 0, 0];
  const open = async (): Promise<Opened> => {
    const { openFor } = await import("./bring.ts");
    current = openFor(context);
    return current;
  };
  const placeOf = ({ kind, key }: SharedName): string => `${kind} ${key}`;
  const lacks = (name: SharedName): boolean =>
    !asked.has(placeOf(name)) && (isList(name.kind) || store.records.get(name.kind, name.key) === undefined);
  const bringAll = async (names: readonly SharedName[]): Promise<void> => {
    opened ??= open();
    const { bring } = await opened;
    await bring(names, {
      onReceived(name, believed) {
        brought.set(placeOf(name), believed);
        uploads?.isThere(name);
      },
      onUseless(name) {
        useless.add(`${name.kind} ${name.key}`);
        uploads?.isUseless(name);
      },
    });
  };
  const isGivenUp = () => current !== undefined && (!current.peer || current.peer.gone() !== undefined);
  return {
    async bring(names) {
      const wanted = names.filter(lacks);
      const coming = wanted.length === 0 ? undefined : bringAll(wanted);
      if (coming) for (const name of wanted) asked.set(placeOf(name), coming);
      if (waiting === 0) since = performance.now();
      waiting += 1;
      try {
        // Some may be on their way for another step.
        await Promise.all(new Set(names.map((name) => asked.get(placeOf(name)))));
      } finally {
        waiting -= 1;
        if (waiting === 0) spent += performance.now() - since;
      }
    },
    madeBy({ kind, key }) {
      const made = others.madeBy(kind, key);
      if (!made) return undefined;
      const day = new Date(1000 * made.at).toISOString().slice(0, 10);
      return `from the shared cache, built by \`${made.by}\` on ${day}`;
    },
    isUseless: ({ kind, key }) => useless.has(`${kind} ${key}`),
    isGivenUp,
    has: ({ kind, key }) => brought.has(`${kind} ${key}`),
    report() {
      const sending = uploads?.counts() ?? { uploaded: 0, requests: 0, sent: 0 };
      if (asked.size + sending.uploaded === 0) return undefined;
      const saved = [...brought.values()].reduce((sum, { statement }) => sum + statement.made.took, 0);
      const { requests = 0, received = 0, sent = 0 } = current?.peer?.counters ?? {};
      const { url } = context.settings;
      return {
        name: current?.peer?.name ?? shownAddress(url),
        ...(current && !isGivenUp() && isAbsentDirectory(url) && { isAbsent: true }),
        lookedFor: asked.size,
        found: brought.size,
        kinds: byKind(asked.keys(), brought),
        requests: requests + sending.requests,
        sent: sent + sending.sent,
        ...{ received, uploaded: sending.uploaded },
        ...{ saved: saved / 1000, spent: spent / 1000 },
      };
    },
    async [Symbol.asyncDispose]() {
      await current?.peer?.[Symbol.asyncDispose]();
    },
  };
}

type Opened = Awaited<ReturnType<typeof import("./bring.ts").openFor>>;

function byKind(asked: Iterable<string>, brought: ReadonlyMap<string, Believed>): SharedReport["kinds"] {
  const kindOf = (place: string) => place.slice(0, place.indexOf(" "));
  const groups = Map.groupBy(asked, kindOf);
  return Object.fromEntries(
    [...groups].map(([kind, places]) => [
      kind,
      { lookedFor: places.length, found: places.filter((place) => brought.has(place)).length },
    ]),
  );
}
