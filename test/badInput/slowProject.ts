import { publishedCrate } from "../rig/publishedCrate.ts";
import type { TempProject } from "../rig/tempProject.ts";
import { appFiles, lockedProject } from "./lockedProject.ts";

/** A build script that takes that long, in seconds; the number tells its process from others'. */
export function sleepingScript(seconds: number): string {
  return `fn main() {
    std::process::Command::new("sleep").arg("${seconds}").status().unwrap();
}
`;
}

const crates = [
  publishedCrate("quick", "", { "src/lib.rs": "pub fn quick() {}\n" }),
  publishedCrate("slow", '[dependencies]\nquick = "1"\n', { "build.rs": sleepingScript(2) }),
  publishedCrate("last", '[dependencies]\nslow = "1"\n'),
];

export const files = appFiles("quick");

/** A program that uses `quick`; `slow` and `last`, which needs it, are published too. */
export function slowProject(more: Readonly<Record<string, string>> = {}, store?: string): TempProject {
  return lockedProject({ ...files, ...more }, crates, store);
}
