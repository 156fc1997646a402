import { join } from "node:path";
import type { Case } from "../case.ts";
import { ratioAtMost } from "../ratioAtMost.ts";
import { setAside } from "../setAside.ts";

/** A vendor directory out of downloaded crates: `cargo vendor`, and `gantry vendor` with an empty store. */
export const vendor: Case = {
  name: "vendor",
  target: ratioAtMost(0.8),
  pairs: 5,
  prepare: async () => {},
  edit: async (side) => {
    await setAside(join(side.scratch, "vendor"));
    await setAside(join(side.scratch, "vendor-store"));
  },
  command: ({ tool, program, directory, scratch, env }) => {
    const into = join(scratch, "vendor");
    const store = join(scratch, "vendor-store");
    return {
      argv:
        tool === "cargo"
          ? ["cargo", "vendor", "--locked", "--offline", "--versioned-dirs", into]
          : [program, "vendor", "-C", directory, "--store", store, into],
      cwd: directory,
      env,
    };
  },
};
