import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tempProject } from "../rig/tempProject.ts";
import { writeContents } from "./content.ts";
import { completed } from "./projects.ts";
import { fails, type Reader } from "./reader.ts";
import { surroundings } from "./tryReader.ts";

/**
 * What plain Cargo leaves in its own target directory after the edit: `right`, `stale` where it is what was there before,
 * `other` where it is neither; `fails` and `does not build` where the command does not succeed afterwards or at all.
 */
export type CargoVerdict = "right" | "stale" | "other" | "fails" | "does not build";

/** @param shared a target directory for rows whose crates many others have; each compiles its own package by itself */
export function cargoVerdict(row: Reader, shared: string): CargoVerdict {
  using project = tempProject({});
  const target = "Cargo.lock" in row.files ? shared : join(project.root, "target");
  const { files, edits } = completed(row);
  const [before = ["build"], after = before] = row.cargo ?? row.commands ?? [];
  const env = {
    ...project.env,
    ...surroundings(row),
    CARGO_TARGET_DIR: target,
    ...row.env,
  };
  const leaves = (words: readonly string[]) => {
    const ran = spawnSync("cargo", words, { cwd: project.root, env: { ...env, CARGO_INCREMENTAL: "0" } });
    if (ran.status !== 0) return fails;
    if (words[0] !== "build") return "";
    const directory = join(target, "debug");
    if (row.says === undefined) return digestOf(directory);
    return spawnSync(join(directory, "app"), { encoding: "utf8" }).stdout.trim();
  };
  writeContents(project.root, files);
  const first = leaves(before);
  if (first === fails || (row.says && first !== row.says[0])) return "does not build";
  writeContents(project.root, edits);
  const second = leaves(after);
  if (row.says ? second === row.says[1] : second !== first) return "right";
  if (second === first) return "stale";
  return second === fails ? "fails" : "other";
}

/** Of the programs and libraries that Cargo leaves. */
function digestOf(directory: string): string {
  const hash = createHash("sha256");
  for (const name of existsSync(directory) ? readdirSync(directory).sort() : []) {
    const place = join(directory, name);
    if (lstatSync(place).isFile() && !/^\.|\.d$/.test(name)) hash.update(name).update(readFileSync(place));
  }
  return hash.digest("hex");
}
