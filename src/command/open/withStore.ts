import { existsSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Result } from "../../base/result.ts";
import type { Emit } from "../../engine/event.ts";
import { defaultStore, openStore } from "../../store/openStore.ts";
import type { Store } from "../../store/store.ts";
import type { GlobalOptions } from "../command.ts";

/**
 * The store that the options name, open. Default: `defaultStore`.
 *
 * Errors: those of `openStore`.
 */
export function openedStore({ store }: Pick<GlobalOptions, "store">, emit: Emit): Result<Store> {
  return openStore(store ?? defaultStore(process.env), { note: (text) => emit({ type: "note", text }) });
}

/**
 * Opens that store, and closes it afterwards; for commands that need nothing built.
 *
 * Errors: those of `openStore`, and those of `work`.
 */
export async function withStore<T>(
  options: Pick<GlobalOptions, "store">,
  emit: Emit,
  work: (store: Store) => Promise<Result<T>>,
): Promise<Result<T>> {
  const opened = openedStore(options, emit);
  if (!opened.ok) return opened;
  using store = opened.value;
  return await work(store);
}

/** `store-missing`, where there is no store that a command could look at: who only looks makes none. */
export function missingStore({ store }: Pick<GlobalOptions, "store">): Diagnostic | undefined {
  const root = store ?? defaultStore(process.env);
  if (existsSync(root)) return undefined;
  return diagnostic("store-missing", `there is no store at \`${root}\``, {
    help: [
      store === undefined
        ? "the first build makes it: gantry build"
        : "check what `--store` says: the first build makes it",
    ],
  });
}
