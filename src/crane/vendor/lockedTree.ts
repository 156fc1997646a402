import { diagnostic } from "../../base/diagnostic.ts";
import { parseSourceId } from "../../cargo/parseSourceId.ts";
import { redact } from "../../cargo/redact.ts";
import type { CrateTree, GitTree } from "../../derivation/tree.ts";
import { refuse } from "../refuse.ts";
import type { LockEntry } from "./lockEntry.ts";

/**
 * What the lock pins for an entry: a crate, or a whole checkout.
 *
 * @throws Refused, `lock-entry`, for an entry that pins nothing
 */
export function lockedTree(entry: LockEntry): CrateTree | GitTree {
  const { name, version, source } = entry;
  if ("checksum" in entry && entry.checksum !== undefined) {
    return { type: "crate", name, version, source, checksum: entry.checksum };
  }
  const id = parseSourceId(source);
  if (id?.kind === "git" && id.commit !== undefined) {
    const { url, commit, reference } = id;
    return { type: "git", name, url, rev: commit, ...(reference.kind !== "default" && { reference }) };
  }
  return refuse(
    diagnostic("lock-entry", `the lock pins nothing for \`${name} v${version}\``, {
      notes: [
        `its source is \`${redact(source)}\`, and a crate needs a checksum, a repository a commit after \`#\``,
      ],
      help: ["cargo generate-lockfile"],
      status: 2,
    }),
  );
}
