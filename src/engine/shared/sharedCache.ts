import type { CacheSettings } from "../../cache/settings.ts";
import type { Believed } from "../../cache/statement/statement.ts";
import { isList } from "../../store/kinds/sharing.ts";
import type { Store } from "../../store/store.ts";
import type { Emit, SharedReport } from "../event.ts";
import type { OthersRecords } from "./othersRecords.ts";
import type { SharedName } from "./receive.ts";
import type { Uploads } from "./uploads.ts";

/**
 * The shared cache as one command uses it: steps ask it for records that the store lacks, before they do what would make them.
 * What it brings is in the store then, so that everything goes on as with a store that had it.
 */
export type SharedCache = {
  /** Brings what the store lacks, as far as there is such; returns how many. Asks once for each; never fails. */
  bring(names: readonly SharedName[]): Promise<number>;
  /** Whether this command brought it. */
  has(name: SharedName): boolean;
  /** Whose a record is that came from there, now or earlier: `from the shared cache, built by \`ci-1\` on 2026-11-29`. */
  madeBy(name: SharedName): string | undefined;
  /** Undefined where nothing was looked for or sent. */
  readonly report: () => Omit<SharedReport, "isAsked"> | undefined;
};

type SharedContext = {
  readonly settings: CacheSettings & { readonly url: string };
  readonly store: Store;
  readonly others: OthersRecords;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly uploads?: Uploads | undefined;
};

/** Errors: none; a bad address is told when the first record is looked for. */
export function openSharedCache(context: SharedContext): SharedCache & AsyncDisposable {
  const { store, others, uploads } = context;
  const asked = new Set<string>();
  const brought = new Map<string, Believed>();
  let opened: Promise<Opened> | undefined;
  let current: Opened | undefined;
  let [spent, waiting, since] = [0, 0, 0];
  const open = async (): Promise<Opened> => {
    const { openFor } = await import("./bring.ts");
    current = openFor(context);
    return current;
  };
  const lacks = ({ kind, key }: SharedName): boolean =>
    !asked.has(`${kind} ${key}`) && (isList(kind) || store.records.get(kind, key) === undefined);
  return {
    async bring(names) {
      const wanted = names.filter(lacks);
      for (const { kind, key } of wanted) asked.add(`${kind} ${key}`);
      if (wanted.length === 0) return 0;
      if (waiting === 0) since = performance.now();
      waiting += 1;
      let came = 0;
      try {
        opened ??= open();
        const { bring } = await opened;
        await bring(wanted, ({ kind, key }, believed) => {
          brought.set(`${kind} ${key}`, believed);
          uploads?.isThere({ kind, key });
          came += 1;
        });
      } finally {
        waiting -= 1;
        if (waiting === 0) spent += performance.now() - since;
      }
      return came;
    },
    madeBy({ kind, key }) {
      const made = others.madeBy(kind, key);
      if (!made) return undefined;
      const day = new Date(1000 * made.at).toISOString().slice(0, 10);
      return `from the shared cache, built by \`${made.by}\` on ${day}`;
    },
    has: ({ kind, key }) => brought.has(`${kind} ${key}`),
    report() {
      const uploaded = uploads?.done() ?? 0;
      if (asked.size + uploaded === 0) return undefined;
      const saved = [...brought.values()].reduce((sum, { statement }) => sum + statement.made.took, 0);
      const { requests = 0, received = 0, sent = 0 } = current?.peer?.counters ?? {};
      return {
        name: current?.peer?.name ?? context.settings.url,
        lookedFor: asked.size,
        found: brought.size,
        kinds: byKind(asked, brought),
        ...{ requests, received, sent, uploaded },
        ...{ saved: saved / 1000, spent: spent / 1000 },
      };
    },
    async [Symbol.asyncDispose]() {
      await current?.peer?.[Symbol.asyncDispose]();
    },
  };
}

type Opened = Awaited<ReturnType<typeof import("./bring.ts").openFor>>;

function byKind(asked: ReadonlySet<string>, brought: ReadonlyMap<string, Believed>): SharedReport["kinds"] {
  const kindOf = (place: string) => place.slice(0, place.indexOf(" "));
  const groups = Map.groupBy(asked, kindOf);
  return Object.fromEntries(
    [...groups].map(([kind, places]) => [
      kind,
      { lookedFor: places.length, found: places.filter((place) => brought.has(place)).length },
    ]),
  );
}
