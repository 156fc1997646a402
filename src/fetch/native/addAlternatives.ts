import { readdirSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { linkTarget, type TreePlan } from "./planTree.ts";
import { underUsr, whereabouts } from "./underUsr.ts";

/**
 * Adds the links that Debian's `update-alternatives` keeps and no package lists (`cc`, `awk`, `libblas.so.3`),
 * as far as they stand for something in the plan.
 */
export function addAlternatives(root: string, plan: TreePlan): void {
  const where = whereabouts(root);
  for (const directory of directoriesOf(plan)) {
    for (const link of alternativesIn(`${root}/usr/${directory}`)) {
      const at = `${directory}/${link}`;
      const destination = where.destination(`/usr/${at}`);
      const target = linkTarget(at, destination);
      const stands = destination !== undefined && plan.has(underUsr(destination) ?? "");
      if (target !== undefined && stands && !plan.has(at)) plan.set(at, { type: "link", target });
    }
  }
}

function directoriesOf(plan: TreePlan): Set<string> {
  const all = [...plan.keys()].map((path) => posix.dirname(path));
  return new Set(all.filter((path) => /^(?:bin|lib(?:\/[^/]+-linux-[^/]+)?)$/.test(path)));
}

function alternativesIn(directory: string): string[] {
  const links = entriesOf(directory).filter((entry) => entry.isSymbolicLink());
  const names = links.map((entry) => entry.name);
  return names.filter((name) => readlinkSync(`${directory}/${name}`).startsWith("/etc/alternatives/"));
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
