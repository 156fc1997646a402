import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { gantryCommand } from "./gantryCommand.ts";

// What the example needs for every check that it does not have itself.

/**
 * Writes a small advisory database, as RustSec keeps it: one advisory that was withdrawn, one about versions that are older
 * than those of the lock, and, if so wished, one that is about a crate of the lock.
 */
export async function advisories(project: string, { hit }: { readonly hit: boolean }): Promise<void> {
  const database = join(project, "advisory-db");
  await rm(database, { recursive: true, force: true });
  const written: Advisory[] = [
    { id: "RUSTSEC-2026-9001", crate: "tokio", patched: ">= 1.0.0" },
    { id: "RUSTSEC-2026-9002", crate: "hyper", patched: ">= 99.0.0", withdrawn: true },
    ...(hit ? [{ id: "RUSTSEC-2026-9003", crate: "bytes", patched: ">= 99.0.0" }] : []),
  ];
  for (const advisory of written) {
    const directory = join(database, "crates", advisory.crate);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, `${advisory.id}.md`), textOf(advisory));
  }
}

type Advisory = {
  readonly id: string;
  readonly crate: string;
  readonly patched: string;
  readonly withdrawn?: boolean;
};

function textOf({ id, crate, patched, withdrawn = false }: Advisory): string {
  const today = new Date().toISOString().slice(0, 10);
  const lines = [
    "```toml",
    "[advisory]",
    `id = "${id}"`,
    `package = "${crate}"`,
    `date = "${today}"`,
    ...(withdrawn ? [`withdrawn = "${today}"`] : []),
    "[versions]",
    `patched = ["${patched}"]`,
    "```",
    "",
    `# ${crate}, for a trial`,
    "",
    "Nothing is wrong with it.",
  ];
  return `${lines.join("\n")}\n`;
}

/** Gives the workspace a `workspace-hack`, by the programs of its own dev shell, as the manual of cargo-hakari says. */
export async function hakari(project: string, store: string): Promise<void> {
  const run = (...words: string[]) =>
    execa(gantryCommand, ["develop", "-C", project, "--store", store, "-c", ...words], {
      stdin: "ignore",
    });
  await run("cargo", "hakari", "init", "--yes", "crates/workspace-hack");
  await run("cargo", "hakari", "generate");
  await run("cargo", "hakari", "manage-deps", "--yes");
  await run("taplo", "fmt");
}
