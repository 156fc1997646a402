import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { openBackend } from "../../cache/backend/openBackend.ts";
import { openPeer, type Peer } from "../../cache/peer.ts";
import type { CacheSettings } from "../../cache/settings.ts";
import { kinds } from "../../store/kinds/kinds.ts";
import type { SharedName } from "../../store/kinds/sharing.ts";
import type { Store } from "../../store/store.ts";
import type { Emit } from "../event.ts";
import type { OthersRecords } from "./othersRecords.ts";
import { type Receiving, receive } from "./receive.ts";

/** The shared cache of one command, and where what it has is kept. */
export type Bringing = {
  readonly settings: CacheSettings & { readonly url: string };
  readonly store: Store;
  readonly others: OthersRecords;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
};

/** The cache's server, and what brings records from it. What makes requests is loaded with this file. */
export function openFor(context: Bringing) {
  const { store, others, emit, settings } = context;
  const peer = peerOf(context);
  let isWarned = false;
  return {
    peer,
    async bring(
      names: readonly SharedName[],
      { onReceived, onUseless }: Pick<Receiving, "onReceived" | "onUseless">,
    ): Promise<void> {
      if (!peer) return;
      if (settings.trusted.length === 0) {
        if (!isWarned) emit({ type: "warning", diagnostic: trustsNobody(peer.name) });
        isWarned = true;
        return;
      }
      const found = await peer.lookUp(
        names.map(({ kind, key }) => ({ kind, version: kinds[kind].version, key })),
      );
      if (found.length === 0) return;
      const about = {
        type: "progress",
        what: "receive",
        name: "from the shared cache",
        total: found.length,
      } as const;
      let done = 0;
      emit({ ...about, done });
      await receive(found, {
        ...{ peer, store, others },
        onUseless,
        onReceived(name, believed) {
          done += 1;
          emit({ ...about, done: Math.min(done, found.length - 1) });
          onReceived(name, believed);
        },
      });
      emit({ ...about, done: found.length });
    },
  };
}

function trustsNobody(name: string): Diagnostic {
  return diagnostic("cache-untrusted", `nothing is taken from the shared cache at \`${name}\``, {
    notes: ["no key is trusted, and what others built counts only by the word of one that is"],
    help: [
      'name the public half of the key that signs there, in the configuration: cache: { …, trustedKeys: ["NAME:…"] }',
      "or in the environment: GANTRY_CACHE_TRUSTED_KEYS=NAME:…",
      "build without it: --cache none",
    ],
  });
}

/** Undefined where the address is none; that is told. */
export function peerOf({
  settings,
  emit,
  signal,
  env,
}: Omit<Bringing, "store" | "others">): Peer | undefined {
  const stop = new AbortController();
  const warn = (problem: Parameters<Parameters<typeof openPeer>[1]["warn"]>[0]) =>
    emit({ type: "warning", diagnostic: problem });
  const backend = openBackend(settings.url, {
    signal: AbortSignal.any([signal, stop.signal]),
    env,
    ...settings.access,
  });
  if (!backend.ok) {
    warn(backend.error);
    return undefined;
  }
  return openPeer(backend.value, { trusted: settings.trusted, warn, abort: () => stop.abort() });
}
