import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { backticked } from "../../base/diagnostic.ts";
import { withLines } from "../../base/format.ts";
import { parseManifest } from "../../cargo/manifest/parseManifest.ts";
import { membersAmong } from "../../cargo/workspace/workspaceMembers.ts";
import { presentCargoEnvironment } from "../../engine/inputs/host.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { scanned } from "../../engine/inputs/source.ts";
import { gantryLock } from "../../fetch/gantryLock.ts";
import { refuseStaleLock } from "../../fetch/registry/fetchCrates.ts";
import { findPathOverrides } from "../../project/findPathOverrides.ts";
import type { Project } from "../../project/findProject.ts";
import { isIgnoredByGit, isTrackedByGit, repositoryOf } from "../../project/gitRules.ts";
import { openRepository, type Repository } from "../../shell/hooks/git.ts";
import { textOf } from "../../tree/files.ts";
import { type Finding, findingOf, fine } from "./finding.ts";

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

/** What git must have, and what it must not. */
async function gitFindings({ project, env, signal }: InputContext): Promise<Finding[]> {
  const { root, lock } = project;
  const top = repositoryOf(root);
  if (top === undefined)
    return [
      { about: "git", state: "warning", found: "the project lies in no repository", fix: ["git init"] },
    ];
  const findings: Finding[] = [];
  for (const file of [lock, join(root, gantryLock), join(root, "gantry.config.ts")].filter((path) =>
    existsSync(path),
  )) {
    const shown = relative(root, file);
    if (isTrackedByGit(file)) continue;
    const isIgnored = isIgnoredByGit(file);
    findings.push({
      about: "git",
      state: isIgnored ? "wrong" : "warning",
      found: isIgnored ? `git ignores \`${shown}\`` : `\`${shown}\` is not committed`,
      expected: "everybody who has the project has it, or builds are not the same",
      fix: [isIgnored ? `remove it from .gitignore, then: git add ${shown}` : `git add ${shown}`],
    });
  }
  const made = [".gantry", "result"].filter((name) => {
    const path = join(root, name);
    return existsSync(path) && ![path, `${path}/`].some(isIgnoredByGit);
  });
  const repository = made.length > 0 ? await openRepository(root, { env, signal }) : undefined;
  const unignored: string[] = [];
  for (const name of made)
    if (repository?.ok && (await hasFilesOf(repository.value, join(root, name)))) unignored.push(name);
  if (unignored.length > 0) findings.push(notIgnored(root, unignored));
  return findings.length > 0
    ? findings
    : [fine("git", "what belongs to the project is committed, and what does not is ignored")];
}

/** What git itself says: a `.gitignore` below, and the user's own rules, count for what is committed. */
async function hasFilesOf({ top, git }: Repository, path: string): Promise<boolean> {
  const words = ["ls-files", "--cached", "--others", "--exclude-standard", "--"];
  return (await git([...words, relative(top, realPlace(path))])).stdout !== "";
}

/** `path` may be a link, which itself is looked at. */
function realPlace(path: string): string {
  return join(realpathSync(dirname(path)), basename(path));
}

function notIgnored(root: string, names: readonly string[]): Finding {
  const lines = names.map((name) => `/${name}`);
  return {
    about: "git",
    state: "warning",
    found: `git does not ignore ${backticked(names)}, which Gantry makes`,
    fix: [`add to .gitignore: ${lines.join(" ")}`],
    repair() {
      const file = join(root, ".gitignore");
      writeFileSync(file, withLines(textOf(file) ?? "", lines));
      return `added ${lines.join(" ")} to .gitignore`;
    },
  };
}

/** Members that do not have the lints that the workspace declares. */
function lintFindings(context: InputContext): Finding[] {
  const { root, manifest } = context.project;
  const parsed = parseManifest("Cargo.toml", readFileSync(manifest, "utf8"));
  if (!parsed.ok) return [findingOf("manifest", "wrong", parsed.error)];
  const { workspace } = parsed.value.raw;
  const declares = typeof workspace === "object" && workspace !== null && "lints" in workspace;
  if (!declares) return [];
  const files = scanned(context, { type: "source", root: ".", filter: { kind: "cargo" } });
  if (!files.ok) return [findingOf("lints", "wrong", files.error)];
  const members = membersAmong(
    files.value.map(({ path }) => path),
    (path) => readFileSync(join(root, path), "utf8"),
  );
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
