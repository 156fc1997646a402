import type { Result } from "../base/result.ts";
import { defaultStore, openStore } from "../store/openStore.ts";
import type { Store } from "../store/store.ts";
import type { GlobalOptions } from "./globalOptions.ts";
import { withSystemErrors } from "./withSystemErrors.ts";

/**
 * Opens the store that the options name, and closes it afterwards. What the operating system refuses on the
 * way becomes a diagnostic: `during failed: …`.
 */
export function withStore<T>(
  { store: place }: Pick<GlobalOptions, "store">,
  during: string,
  work: (store: Store) => Promise<Result<T>>,
): Promise<Result<T>> {
  return withSystemErrors(during, async () => {
    const opened = openStore(place ?? defaultStore(process.env));
    if (!opened.ok) return opened;
    using store = opened.value;
    return await work(store);
  });
}
