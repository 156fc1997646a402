import { realpathSync } from "node:fs";
import { relative } from "node:path";
import type { Derivation, Phase } from "../../derivation/model.ts";
import { cargoEnvironment, world } from "../../derivation/world.ts";
import { isIgnoredByGit } from "../../project/gitRules.ts";
import { type EjectSubject, expectedFiles, repositoryRoot } from "../ejectedFile.ts";
import { ejectedOnDisk, type OnDisk } from "./ejectedFiles.ts";

/**
 * The check that what was ejected is what the description says now: a comparison of texts, run like any other step. Files
 * that git ignores are one person's own, and are not compared. Undefined where nothing was ejected.
 */
export async function ejectedCheck(subject: EjectSubject): Promise<Derivation | undefined> {
  const { root } = subject.project;
  const there = (await ejectedOnDisk(subject)).filter(
    (each) => each.type === "failed" || !isIgnoredByGit(each.file.file),
  );
  if (there.length === 0) return undefined;
  const files = there.flatMap((each) => (each.type === "file" ? [each.file] : []));
  return {
    type: "derivation",
    name: "ejected",
    phases: there.map(phaseOf),
    env: cargoEnvironment,
    mounts: {
      [world.source]: {
        type: "source",
        root: relative(realpathSync(root), repositoryRoot(root)) || ".",
        filter: { kind: "globs", patterns: files.map(({ shown }) => shown) },
      },
      [expectedFiles]: {
        type: "files",
        files: Object.fromEntries(files.map(({ shown, text }) => [shown, text])),
      },
      [world.system]: { type: "base-system" },
    },
  };
}

function phaseOf(there: OnDisk): Phase {
  if (there.type === "failed") {
    const { kind, problem } = there;
    const said = [problem.message, ...(problem.notes ?? []), ...(problem.help ?? [])].join("\n");
    return {
      type: "run",
      name: `eject ${kind.name}`,
      argv: ["sh", "-c", `printf '%s\\n' "$0" >&2; exit 1`, said],
    };
  }
  const { shown, command } = there.file;
  return {
    type: "run",
    name: `diff ${shown}`,
    argv: [
      "diff",
      "--unified",
      "--label",
      shown,
      "--label",
      // What explains failures finds the remedy by these words.
      `${shown}, by \`${command}\``,
      shown,
      `${expectedFiles}/${shown}`,
    ],
  };
}
