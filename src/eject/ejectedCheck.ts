import { join, relative } from "node:path";
import type { Project as Offered } from "../crane/project.ts";
import type { Derivation, Phase } from "../derivation/model.ts";
import { cargoEnvironment, world } from "../derivation/world.ts";
import { textOf } from "../tree/files.ts";
import { ciServices } from "./ciPipeline.ts";
import { isEjected } from "./ejectedFile.ts";
import { ejectedFiles, repositoryRoot } from "./ejectedFiles.ts";

/**
 * The check that what was ejected is what the description says now: a comparison of texts, run like any other step.
 * Undefined where nothing was ejected.
 *
 * @param root the project's
 */
export function ejectedCheck(root: string, offered: Offered): Derivation | undefined {
  const top = repositoryRoot(root);
  const files = ciServices
    .flatMap((service) => ejectedFiles(root, offered, service).map((file) => ({ ...file, service })))
    .filter(({ path }) => isEjected(textOf(join(top, path)) ?? ""));
  if (files.length === 0) return undefined;
  const compare = files.map(
    ({ path, service }): Phase => ({
      type: "run",
      name: `diff ${path}`,
      argv: [
        "diff",
        "--unified",
        "--label",
        path,
        "--label",
        // What explains failures finds the remedy by these words.
        `${path}, by \`gantry eject ci --for ${service}\``,
        path,
        `${expected}/${path}`,
      ],
    }),
  );
  return {
    type: "derivation",
    name: "ejected",
    phases: compare,
    env: cargoEnvironment,
    mounts: {
      [world.source]: {
        type: "source",
        root: relative(root, top) || ".",
        filter: { kind: "globs", patterns: files.map(({ path }) => path) },
      },
      [expected]: { type: "files", files: Object.fromEntries(files.map(({ path, text }) => [path, text])) },
      [world.system]: { type: "base-system" },
    },
  };
}

const expected = "/build/ejected";
