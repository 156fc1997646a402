import type { Case, Target } from "./case.ts";
import type { Project } from "./project.ts";
import { ratioAtMost } from "./ratioAtMost.ts";

/** What a case is to reach in a project: where one has a target of its own, that. */
export function targetOf(
  { name, target }: Pick<Case, "name" | "target">,
  project: Pick<Project, "name">,
): Target {
  return own[name]?.[project.name] ?? target;
}

const own: Readonly<Record<string, Readonly<Record<string, Target>>>> = {
  "no-op": { "many-files": ratioAtMost(3) },
  "README edit": { xh: ratioAtMost(0.4), "many-files": ratioAtMost(3) },
  // The program is next to nothing there, so that what does not grow with it is nearly all.
  "leaf edit": {
    workspace: ratioAtMost(1.5),
    synthetic: ratioAtMost(1.3),
    "many-files": ratioAtMost(2),
  },
  "library edit": { workspace: ratioAtMost(1.05) },
  "version bump": { "many-files": ratioAtMost(2) },
  "second checkout": { "many-files": ratioAtMost(0.5, "nothing compiled") },
};
