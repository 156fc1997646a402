import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TempProject, tempProject } from "../rig/tempProject.ts";
import { forgetResults, forgetUnits } from "../units/forgetUnits.ts";
import { writeContents } from "./content.ts";
import { completed } from "./projects.ts";
import { fails, type Reader } from "./reader.ts";

/** What one build left. */
export type Left = {
  /** The digest of what was built; nothing, where nothing was. */
  readonly tree: string;
  /** What the program prints; `fails`, where the command failed; nothing, where there is no program. */
  readonly says: string;
};

/** What the builds of one row left. */
export type Tried = {
  readonly before: Left;
  /** In the directory that was edited. */
  readonly warm: Left;
  /** In another directory, by the same store. */
  readonly second: Left;
  /** By a store that has no unit of the project's own; of crates, none where the project has no lock of its own. */
  readonly empty: Left;
  /** What the commands printed that failed. */
  readonly printed: string;
};

/** Tries readers, all with the same two stores. */
export type Bench = Disposable & {
  readonly tries: (row: Reader) => Promise<Tried>;
  /** A directory beside the stores, for whatever else is compiled. */
  readonly target: string;
};

export function openBench(): Bench {
  const base = mkdtempSync(join(tmpdir(), "gantry-readers-"));
  const [store, empty] = [join(base, "store"), join(base, "empty")];
  return {
    target: join(base, "target"),
    async tries(row) {
      const [before = ["build"], after = ["build"]] = row.commands ?? [];
      const { files, edits } = completed(row);
      const printed: string[] = [];
      using first = tempProject({}, { store });
      using other = tempProject({}, { store });
      const leaves = async (project: TempProject, words: readonly string[], where: string): Promise<Left> => {
        const { left, said } = await leavesOf(project, { row, words, store: where });
        printed.push(said);
        return left;
      };
      writeContents(first.root, files);
      const atFirst = await leaves(first, before, store);
      writeContents(first.root, edits);
      const warm = await leaves(first, after, store);
      // A step is found by its key, whatever it read; it is units that are in doubt.
      forgetResults(store);
      writeContents(other.root, files);
      writeContents(other.root, edits);
      const second = await leaves(other, after, store);
      if (existsSync(empty)) forgetUnits(empty, "Cargo.lock" in row.files ? "own" : "all");
      const fresh = await leaves(other, after, empty);
      return { before: atFirst, warm, second, empty: fresh, printed: printed.join("") };
    },
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

type Build = { readonly row: Reader; readonly words: readonly string[]; readonly store: string };

async function leavesOf(project: TempProject, { row, words, store }: Build) {
  const { status, err, out } = await project.gantry([...words], { store, env: surroundings(row) });
  const text = `$ gantry ${words.join(" ")}\n${out}${err}`;
  if (status !== 0) return { left: { tree: "", says: fails }, said: text };
  if (words[0] !== "build") return { left: { tree: "", says: "" }, said: "" };
  const tree = basename(readlinkSync(join(project.root, "result")));
  if (row.says === undefined) return { left: { tree, says: "" }, said: "" };
  const ran = spawnSync(join(project.root, "result/bin/app"), { encoding: "utf8" });
  return { left: { tree, says: ran.stdout.trim() }, said: ran.stderr };
}

/** Published crates are the user's own Cargo's. */
export function surroundings({ files }: Pick<Reader, "files">): Readonly<Record<string, string>> {
  if (!("Cargo.lock" in files)) return {};
  return { CARGO_HOME: process.env.CARGO_HOME ?? join(homedir(), ".cargo") };
}
