import { err, ok, type Result } from "../base/result.ts";
import { together } from "../base/together.ts";
import type { Emit } from "../engine/event.ts";
import { findPathOverrides } from "../project/findPathOverrides.ts";
import type { Project } from "../project/findProject.ts";
import { recoverLock } from "./with/overrideLock.ts";

/**
 * What comes before every build: puts back a lock that a killed `gantry with` left overridden, stops where a
 * persisted path override would break the build, and tells of those that the build would not see.
 *
 * Errors: `path-override`, all that there are; `override-active`.
 */
export function settleOverrides(project: Project, emit: Emit): Result<void> {
  const recovered = recoverLock(project.lock);
  if (!recovered.ok) return recovered;
  const { errors, warnings } = findPathOverrides(project);
  for (const diagnostic of [recovered.value ?? [], warnings].flat()) emit({ type: "warning", diagnostic });
  const error = together(errors);
  return error ? err(error) : ok();
}
