import { err, type Result } from "../base/result.ts";
import { systemError } from "../base/systemError.ts";
import { defaultStore, openStore } from "../store/openStore.ts";
import type { Store } from "../store/store.ts";
import type { GlobalOptions } from "./globalOptions.ts";

/**
 * Opens the store that the options name, and closes it afterwards. What the operating system refuses on the way
 * becomes a diagnostic: `during failed: …`.
 */
export async function withStore<T>(
  { store: place }: Pick<GlobalOptions, "store">,
  during: string,
  work: (store: Store) => Promise<Result<T>>,
): Promise<Result<T>> {
  try {
    const opened = openStore(place ?? defaultStore(process.env));
    if (!opened.ok) return opened;
    using store = opened.value;
    return await work(store);
  } catch (thrown) {
    const known = systemError(thrown, during);
    if (known) return err(known);
    throw thrown;
  }
}
