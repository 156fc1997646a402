import { hasDpkg } from "./dpkg/dpkgHost.ts";
import { fromDpkg } from "./dpkg/fromDpkg.ts";
import { fromListing } from "./fromListing.ts";
import type { Provider } from "./provider.ts";
import { suppliedBy } from "./remembered.ts";

/** What the host's package manager has installed. Never installs anything. */
export const host: Provider = {
  name: "host",
  async provide(wanted, context) {
    const find = hasDpkg(context.root) ? fromDpkg : fromListing;
    return suppliedBy("host", await find(wanted, context));
  },
};
