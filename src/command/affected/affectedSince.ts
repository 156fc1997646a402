import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Lock } from "../../cargo/lock/lock.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import { membersAmong } from "../../cargo/workspace/workspaceMembers.ts";
import type { Project as Offered } from "../../crane/project.ts";
import type { Derivation } from "../../derivation/model.ts";
import { cargoEnvironmentOf } from "../../engine/inputs/host.ts";
import { inputResolver } from "../../engine/inputs/inputResolver.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { scanned } from "../../engine/inputs/source.ts";
import { describedKeys } from "../../engine/step/describedKey.ts";
import { findProject } from "../../project/findProject.ts";
import { repositoryOf } from "../../project/gitRules.ts";
import { describeProject, type ReadProject } from "../open/project.ts";
import { type AffectedMember, affectedMembers, type WorkspaceState } from "./affectedMembers.ts";
import { uncommittedFiles, writeEarlierTree } from "./earlierTree.ts";

/** What a change can touch. */
export type Affected = {
  readonly members: readonly AffectedMember[];
  readonly checks: readonly string[];
  readonly packages: readonly string[];
  /** Those that the project describes: of a package, `packages` has it. */
  readonly images: readonly string[];
};

/**
 * What can come out otherwise than at a commit: the outputs whose steps, and the members whose files and crates, differ. Where
 * the project of that commit cannot be read, that is all, and a note says why. What is not committed counts, and a note says so.
 *
 * Errors: `repository-missing`; those of `writeEarlierTree` and of the project's own inputs.
 */
export async function affectedSince(
  { inputs: read, offered }: ReadProject,
  revision: string,
): Promise<Result<Affected>> {
  const inputs = { ...read, env: await cargoEnvironmentOf(read) };
  const { store, project, env, signal, emit } = inputs;
  const top = repositoryOf(realpathSync(project.root));
  if (top === undefined) return err(noRepository());
  await using scratch = await store.tempDir("affected");
  // Workspaces without a package of their own are called as their directory, and images with them.
  const tree = join(scratch.path, basename(top));
  const written = await writeEarlierTree(revision, tree, { top, env, signal });
  if (!written.ok) return written;
  const stateNow = workspaceState(inputs);
  if (!stateNow.ok) return stateNow;
  const keysNow = await outputKeys(inputs, offered);
  if (!keysNow.ok) return keysNow;
  const before = await earlier(inputs, resolve(tree, relative(top, realpathSync(project.root))));
  if (!before.ok) {
    emit({ type: "note", text: `the project of \`${revision}\` cannot be read: all counts as affected` });
    emit({ type: "note", text: before.error.message });
  }
  const uncommitted = await uncommittedFiles(project.root, { env, signal });
  const isRead = (path: string) =>
    stateNow.value.files.has(path) || (before.ok && before.value.state.files.has(path));
  const note = uncommittedNote(uncommitted.filter(isRead).sort(byCodeUnit));
  if (note !== undefined) emit({ type: "note", text: note });
  const changed = (kind: keyof OutputKeys) =>
    [...keysNow.value[kind]].flatMap(([name, key]) =>
      before.ok && before.value.keys[kind].get(name) === key ? [] : [name],
    );
  const members = before.ok
    ? affectedMembers(before.value.state, stateNow.value)
    : [...stateNow.value.members.keys()].map((name) => ({ name, because: `there is no earlier one` }));
  return ok({
    members,
    checks: changed("checks"),
    packages: changed("packages"),
    images: changed("images"),
  });
}

/** How many files are named. */
const most = 3;

/** A checkout may have more than its last commit, which is what one thinks of with `HEAD~1`. */
function uncommittedNote(files: readonly string[]): string | undefined {
  if (files.length === 0) return undefined;
  const more = files.length > most ? `, and ${files.length - most} more` : "";
  return `what is not committed counts, too: ${backticked(files.slice(0, most))}${more}`;
}

type Earlier = { readonly state: WorkspaceState; readonly keys: OutputKeys };

async function earlier(inputs: InputContext, root: string): Promise<Result<Earlier>> {
  const project = findProject(root, inputs.env);
  if (!project.ok) return project;
  // What it says of itself was said when it was built.
  const context = { ...inputs, project: project.value, frozen: true, emit: () => {} };
  const offered = await describeProject(context, { args: [] });
  if (!offered.ok) return offered;
  const keys = await outputKeys(context, offered.value);
  if (!keys.ok) return keys;
  const state = workspaceState(context);
  return state.ok ? ok({ state: state.value, keys: keys.value }) : state;
}

type OutputKeys = Readonly<Record<"checks" | "packages" | "images", ReadonlyMap<string, string>>>;

async function outputKeys(
  context: InputContext,
  { checks = {}, packages, images = {} }: Offered,
): Promise<Result<OutputKeys>> {
  const keyOf = describedKeys(inputResolver(context));
  const keysOf = async (outputs: Readonly<Record<string, Derivation>>) => {
    const keys = new Map<string, string>();
    for (const [name, step] of Object.entries(outputs)) {
      const key = await keyOf(step);
      if (!key.ok) return key;
      keys.set(name, key.value);
    }
    return ok(keys);
  };
  const ofChecks = await keysOf(checks);
  if (!ofChecks.ok) return ofChecks;
  const ofPackages = await keysOf(packages);
  if (!ofPackages.ok) return ofPackages;
  const ofImages = await keysOf(images);
  if (!ofImages.ok) return ofImages;
  return ok({ checks: ofChecks.value, packages: ofPackages.value, images: ofImages.value });
}

/** All but what no build reads, whatever the sources of the configuration keep. */
function workspaceState(context: InputContext): Result<WorkspaceState> {
  const { root, lock } = context.project;
  const files = scanned(context, { type: "source", root: ".", filter: { kind: "automatic" } });
  if (!files.ok) return files;
  const textOf = (path: string) => readFileSync(join(root, path), "utf8");
  const members = membersAmong(
    files.value.map(({ path }) => path),
    textOf,
  );
  if (!members.ok) return members;
  const locked: Result<Lock> = existsSync(lock)
    ? parseLock("Cargo.lock", readFileSync(lock, "utf8"))
    : parseLock("Cargo.lock", "version = 4\n");
  if (!locked.ok) return locked;
  return ok({
    members: new Map(
      members.value.flatMap(({ directory, manifest }) =>
        manifest.package ? [[manifest.package.name, directory] as const] : [],
      ),
    ),
    files: new Map(
      files.value.map((file) => [
        file.path,
        file.type === "file" ? `${file.executable} ${file.digest}` : `-> ${file.target}`,
      ]),
    ),
    lock: locked.value,
    textOf,
  });
}

function noRepository() {
  return diagnostic("repository-missing", "the project lies in no git repository", {
    notes: ["what changed is found by comparing with a commit"],
    status: 2,
  });
}
