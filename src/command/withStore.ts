import { err, type Result } from "../base/result.ts";
import { systemError } from "../base/systemError.ts";
import type { Emit } from "../engine/event.ts";
import { defaultStore, openStore } from "../store/openStore.ts";
import type { Store } from "../store/store.ts";
import type { GlobalOptions } from "./command.ts";

/**
 * Opens the store that the options name, and closes it afterwards. What the operating system refuses on the
 * way becomes a diagnostic: `during failed: …`.
 *
 * Errors: those of `openStore` and of `catchSystemErrors`.
 */
export function withStore<T>(
  { store: directory }: Pick<GlobalOptions, "store">,
  { during, emit }: { readonly during: string; readonly emit: Emit },
  work: (store: Store) => Promise<Result<T>>,
): Promise<Result<T>> {
  return catchSystemErrors(during, async () => {
    const opened = openStore(directory ?? defaultStore(process.env), {
      note: (text) => emit({ type: "note", text }),
    });
    if (!opened.ok) return opened;
    using store = opened.value;
    return await work(store);
  });
}

/**
 * Does work in which the operating system may refuse something (a full disk, a store that is not writable):
 * that becomes a diagnostic, `during failed: …`. What else is thrown is a bug, and is thrown on.
 *
 * Errors: those of `systemError`.
 */
export async function catchSystemErrors<T>(
  during: string,
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  try {
    return await work();
  } catch (thrown) {
    const known = systemError(thrown, during);
    if (known) return err(known);
    throw thrown;
  }
}
