import manifest from "../../../package.json" with { type: "json" };
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { isRecord } from "../../base/digest.ts";
import { formatCount } from "../../base/format.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import type { Peer } from "../../cache/peer.ts";
import { type SigningKey, signingKey, trustedKey } from "../../cache/statement/keys.ts";
import type { Statement } from "../../cache/statement/statement.ts";
import { stopped } from "../../fetch/progress.ts";
import { isShared } from "../../store/kinds/sharing.ts";
import type { Store } from "../../store/store.ts";
import type { Emit } from "../event.ts";
import { peerOf } from "./bring.ts";
import { type UploadEnd, type UploadItem, upload } from "./upload.ts";
import type { UploadOrder } from "./uploads.ts";

type Sending = {
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly emit: Emit;
  /** See `Uploading`. */
  readonly verify?: boolean;
};

/** How many records are looked for at once. */
const batch = 64;

/**
 * Sends records as they are told, until there are no more. What goes wrong is told, and remembered for `gantry cache status`;
 * then the rest is left.
 *
 * Errors: `cache-key`; `interrupted`, with nothing remembered.
 *
 * @returns how many came to which end
 */
export async function sendAll(
  order: UploadOrder,
  lines: AsyncIterable<string>,
  { store, signal, env, emit, verify = false }: Sending,
): Promise<Result<ReadonlyMap<UploadEnd, number>>> {
  const key = signingKey(order.secret, "what was handed on");
  const trusted = all(order.trusted.map((text) => trustedKey(text)));
  if (!key.ok) return key;
  if (!trusted.ok) return trusted;
  const settings = {
    ...{ url: order.url, trusted: trusted.value, access: order.access },
    write: { key: key.value, waits: true },
  };
  const peer = peerOf({ settings, emit, signal, env });
  const ends = new Map<UploadEnd, number>();
  if (!peer) return ok(ends);
  await using _peer = peer;
  const waiting: UploadItem[] = [];
  let [done, total] = [0, 0];
  const about = { type: "progress", what: "send", name: "to the shared cache" } as const;
  // It is at its end when the last is told, of which one does not know before.
  const progress = () => emit({ ...about, done: Math.min(done, total - 1), total });
  const flush = async (items: readonly UploadItem[]): Promise<void> => {
    if (peer.gone() || signal.aborted) return;
    const now = () => Date.now() / 1000;
    const sending = { store, peer, key: key.value, level: order.level, by: manifest.version, now, verify };
    await upload(items, sending, (_, end) => {
      done += 1;
      ends.set(end, (ends.get(end) ?? 0) + 1);
      progress();
    });
  };
  // All that is told is read at once, so that who tells it can end.
  let [isOver, wake] = [false, () => {}];
  const reading = (async () => {
    for await (const line of lines) {
      const item = itemIn(line);
      if (!item) continue;
      waiting.push(item);
      total += 1;
      wake();
    }
    isOver = true;
    wake();
  })();
  while (!isOver || waiting.length > 0) {
    if (waiting.length > 0) await flush(waiting.splice(0, batch));
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (isOver || waiting.length > 0) resolve();
      });
  }
  await reading;
  if (total > 0 && done === total) emit({ ...about, done, total });
  const none = { isAsked: false, lookedFor: 0, found: 0, kinds: {}, saved: 0, spent: 0 };
  emit({
    type: "shared-cache",
    name: peer.name,
    ...none,
    ...peer.counters,
    uploaded: (ends.get("sent") ?? 0) + (ends.get("again") ?? 0),
  });
  // Whether it takes what is sent was not found out.
  if (signal.aborted) return err(stopped());
  const damaged = ends.get("damaged") ?? 0;
  if (damaged > 0) emit({ type: "warning", diagnostic: notWhole(damaged) });
  const gone = peer.gone() ?? (damaged > 0 ? notWhole(damaged) : undefined);
  store.records.set(
    "cache-problem",
    peer.name,
    gone ? { at: Math.floor(Date.now() / 1000), message: gone.message, notes: reasonsOf(gone) } : null,
  );
  return ok(ends);
}

/**
 * Whether a server takes what is signed: it is sent an entry that nobody looks for, of some hundred bytes, with a key of its own. One
 * that is there stays, where the server can see to it. Why not is told by the peer.
 */
export function tryWriting(peer: Peer, key: SigningKey, level: string): Promise<boolean> {
  const statement: Statement = {
    ...{ format: 2, kind: "result", version: 0, key: "a write of `gantry cache status`", value: "null" },
    made: { by: manifest.version, level, at: Math.floor(Date.now() / 1000), took: 0 },
  };
  return peer.put(statement, { key, replace: false, path: () => "" });
}

function notWhole(count: number): Diagnostic {
  const not = count === 1 ? "was not sent: its" : "were not sent: their";
  return diagnostic(
    "trees-damaged",
    `${formatCount(count, "record")} ${not} files in the store are changed`,
    {
      notes: ["what is signed has to be what was built, and these files are others by now"],
      help: ["remove them, so that they are made again: gantry store verify --repair"],
    },
  );
}

/** What a server said lies beneath what is made of it. */
function reasonsOf({ notes, causes, help }: Diagnostic): readonly string[] {
  return [...notes, ...causes, ...help];
}

function itemIn(line: string): UploadItem | undefined {
  const item: unknown = JSON.parse(line);
  if (!isRecord(item)) return undefined;
  const { kind, key, value, rests, isUseless, took } = item;
  if (typeof kind !== "string" || !isShared(kind) || typeof key !== "string") return undefined;
  if (!Array.isArray(rests) || !rests.every((each) => typeof each === "string")) return undefined;
  return {
    kind,
    key,
    value,
    rests,
    isUseless: isUseless === true,
    took: typeof took === "number" ? took : 0,
  };
}
