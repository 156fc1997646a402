import type { Case } from "../case.ts";
import { ratioAtMost } from "../ratioAtMost.ts";
import { setAside } from "../setAside.ts";
import { withoutServer } from "../withoutServer.ts";

/** An empty target directory, an empty store, an empty cache; the crates are downloaded. */
export const cold: Case = {
  name: "cold",
  target: ratioAtMost(1.03),
  pairs: 5,
  prepare: async () => {},
  edit: (side) =>
    withoutServer(side, async () => {
      await setAside(side.state);
      await setAside(side.cache);
    }),
};
