import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { backticked } from "../../base/diagnostic.ts";
import { parseManifest } from "../../cargo/manifest/parseManifest.ts";
import { membersAmong } from "../../cargo/workspace/workspaceMembers.ts";
import { presentCargoEnvironment } from "../../engine/inputs/host.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { scanned } from "../../engine/inputs/source.ts";
import { refuseStaleLock } from "../../fetch/registry/fetchCrates.ts";
import { findPathOverrides } from "../../project/findPathOverrides.ts";
import type { Project } from "../../project/findProject.ts";
import { type Finding, findingOf, fine } from "./finding.ts";
import { gitFindings } from "./gitFindings.ts";

/** What of a project's files stands in the way of builds, or of others who have the project. */
export async function projectFindings(context: InputContext): Promise<readonly Finding[]> {
  const { project } = context;
  return [
    await lockFinding(context),
    ...overrideFindings(project),
    ...(await gitFindings(context)),
    ...lintFindings(context),
  ];
}

async function lockFinding(context: InputContext): Promise<Finding> {
  const { project, signal } = context;
  if (!existsSync(project.lock)) return fine("lock", "the configuration says which lock is used");
  const found = presentCargoEnvironment(context);
  if (!found)
    return fine("lock", "the first build, which brings Cargo, compares `Cargo.lock` with the manifests");
  // Or rustup would download what the toolchain file asks for.
  const env = { ...found, RUSTUP_AUTO_INSTALL: "0" };
  const stale = await refuseStaleLock({ workspaceDir: project.root, env, signal });
  return stale.ok
    ? fine("lock", "`Cargo.lock` agrees with the manifests")
    : findingOf("lock", "wrong", stale.error);
}

function overrideFindings(project: Project): Finding[] {
  const { errors, warnings } = findPathOverrides(project);
  if (errors.length + warnings.length === 0)
    return [fine("overrides", "no setting of Cargo replaces a dependency")];
  return [
    ...errors.map((each) => findingOf("overrides", "wrong", each)),
    ...warnings.map((each) => findingOf("overrides", "warning", each)),
  ];
}

/** Members that do not have the lints that the workspace declares. */
function lintFindings(context: InputContext): Finding[] {
  const parsed = parseManifest("Cargo.toml", readFileSync(context.project.manifest, "utf8"));
  if (!parsed.ok) return [findingOf("manifest", "wrong", parsed.error)];
  const { workspace } = parsed.value.raw;
  const declares = typeof workspace === "object" && workspace !== null && "lints" in workspace;
  if (!declares) return [];
  const members = membersOf(context);
  if (!members.ok) return [findingOf("manifest", "wrong", members.error)];
  const without = members.value.flatMap(({ directory, manifest: member }) =>
    member.package && member.lints === undefined ? [directory] : [],
  );
  if (without.length === 0) return [fine("lints", "every member has the workspace's lints")];
  return [
    {
      about: "lints",
      state: "warning",
      found: `${backticked(without)} ${without.length === 1 ? "has" : "have"} none of the workspace's lints`,
      expected: "`[workspace.lints]` holds for members that ask for it (Cargo 1.74)",
      fix: ["add to their Cargo.toml: [lints] workspace = true"],
    },
  ];
}

/** The members of the project's workspace, or its only package. Errors: those of `scanned` and `membersAmong`. */
export function membersOf(context: InputContext) {
  const files = scanned(context, { type: "source", root: ".", filter: { kind: "cargo" } });
  if (!files.ok) return files;
  return membersAmong(
    files.value.map(({ path }) => path),
    (path) => readFileSync(join(context.project.root, path), "utf8"),
  );
}
