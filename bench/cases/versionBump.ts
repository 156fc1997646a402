import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bumpedVersion } from "../bumpedVersion.ts";
import type { Case } from "../case.ts";
import { ratioAtMost } from "../ratioAtMost.ts";
import { refreshLock } from "../refreshLock.ts";

/** The project's own version, in the manifest and in the lock. */
export const versionBump: Case = {
  name: "version bump",
  target: ratioAtMost(1.03, "no dependency compiled"),
  pairs: 5,
  edit: async (side, round) => {
    const { directory, project } = side;
    const manifest = join(directory, project.versioned);
    const text = await readFile(manifest, "utf8");
    await writeFile(manifest, bumpedVersion(text, 1000 + round));
    await refreshLock(side);
  },
};
