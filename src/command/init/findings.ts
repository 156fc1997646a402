import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { shownFrom } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseToolchainFile } from "../../cargo/config/toolchainFile.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import type { Manifest } from "../../cargo/manifest/manifest.ts";
import { type Requirement, requirementsOf } from "../../cargo/manifest/rustVersion.ts";
import { programsOfMember } from "../../cargo/manifest/targets.ts";
import { redact } from "../../cargo/redact.ts";
import { formatSourceId } from "../../cargo/sourceId.ts";
import { isTable, type TomlTable } from "../../cargo/toml/toml.ts";
import { manifestReader } from "../../cargo/workspace/manifestReader.ts";
import { workspaceMembers } from "../../cargo/workspace/workspaceMembers.ts";
import { findToolchain, wantedToolchain } from "../../fetch/toolchain/findToolchain.ts";
import type { Project } from "../../project/findProject.ts";
import { isIgnoredByGit, repositoryOf } from "../../project/gitRules.ts";
import { scanMemory } from "../../project/scan/scanMemory.ts";
import { walkSource } from "../../project/scan/walkSource.ts";
import { isFile, textOf, unreadable } from "../../tree/files.ts";
import { tooOldFor } from "../look/rustVersion.ts";

/** What `gantry init` looks at in a project. */
export type Findings = {
  readonly project: Project;
  /** `[workspace]` is in the root manifest. */
  readonly isWorkspace: boolean;
  /** Ordered by directory. */
  readonly members: readonly Member[];
  readonly lock: LockFindings;
  /** Absent: there is no such file. */
  readonly toolchain?: { readonly file: string; readonly channel: string };
  /** Files of CI, relative to the root. */
  readonly ci: readonly string[];
  /** It lies in a git repository. */
  readonly isInGit: boolean;
  /** What its packages say of the compiler. */
  readonly requirements: readonly Requirement[];
  /** The release profile, in which checks run by default, has `lto`: each program is optimised with all of its crates at once. */
  readonly hasLto: boolean;
};

type Member = {
  readonly manifest: Manifest;
  /** Absolute. */
  readonly file: string;
  /** Relative to the root. */
  readonly shown: string;
  /** The programs that `cargo build` makes of it. */
  readonly programs: readonly string[];
};

type LockFindings = {
  /** How many crates come from registries. */
  readonly crates: number;
  /** Repositories that crates come from, each once. */
  readonly repositories: readonly string[];
  /** Git ignores the lock, so that others build with another one. */
  readonly isIgnored: boolean;
};

/**
 * Reads a project. Nothing is run, and nothing is asked over the network.
 *
 * Errors: `source-unreadable`, `manifest-not-utf8`, and those of `workspaceMembers`, `parseLock`, and `parseToolchainFile`.
 */
export function findingsOf(project: Project): Result<Findings> {
  const { root } = project;
  const walked = walkSource(root, () => true, scanMemory(undefined, 0).listings);
  if (!walked.ok) return walked;
  const paths = walked.value.paths.toSorted();
  const members = membersIn(root, paths);
  if (!members.ok) return members;
  const lock = lockFindings(project);
  if (!lock.ok) return lock;
  const toolchain = toolchainFindings(project);
  if (!toolchain.ok) return toolchain;
  return ok({
    project,
    isWorkspace: members.value.isWorkspace,
    members: members.value.members,
    requirements: members.value.requirements,
    lock: lock.value,
    ...(toolchain.value && { toolchain: toolchain.value }),
    ci: paths.filter((path) => ciFile.test(path)),
    isInGit: repositoryOf(root) !== undefined,
    hasLto: members.value.hasLto,
  });
}

const ciFile =
  /^(?:\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci\/config\.ya?ml|\.travis\.yml|\.woodpecker(?:\.ya?ml|\/.+)|\.forgejo\/workflows\/.+|azure-pipelines\.ya?ml|Jenkinsfile)$/;

function membersIn(
  root: string,
  paths: readonly string[],
): Result<Pick<Findings, "isWorkspace" | "members" | "requirements" | "hasLto">> {
  const texts = new Map<string, string>();
  for (const path of paths.filter((each) => /(^|\/)Cargo\.toml$/.test(each))) {
    const text = manifestText(join(root, path), path);
    if (!text.ok) return text;
    texts.set(path, text.value);
  }
  const reader = manifestReader(texts);
  const top = reader.read(".");
  if (!top.ok) return top;
  const found = workspaceMembers(reader, ".");
  if (!found.ok) return found;
  const members = found.value.map(({ directory, manifest }) => ({
    manifest,
    file: join(root, directory, "Cargo.toml"),
    shown: join(directory, "Cargo.toml"),
    programs: programsOfMember({ manifest, directory }, top.value, paths),
  }));
  return ok({
    isWorkspace: top.value.workspace !== undefined,
    members,
    requirements: requirementsOf(
      members.map(({ manifest }) => manifest),
      top.value,
    ),
    hasLto: hasLto(top.value.document.table),
  });
}

/** Cargo knows profiles in the root manifest alone; `false` leaves each crate by itself, `off` does nothing at all. */
function hasLto({ profile }: TomlTable): boolean {
  const release = isTable(profile) ? profile.release : undefined;
  const lto = isTable(release) ? release.lto : undefined;
  return lto === true || lto === "fat" || lto === "thin" || lto === "true";
}

/** The text of a manifest, which may be written back: what is not UTF-8 would not come back as it was. */
function manifestText(file: string, shown: string): Result<string> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    return err(unreadable(shown, thrown));
  }
  // `toString` keeps the mark of the byte order, which `TextDecoder` would take away.
  const text = bytes.toString("utf8");
  if (Buffer.from(text).equals(bytes)) return ok(text);
  return err(
    diagnostic("manifest-not-utf8", `\`${shown}\` is not UTF-8`, {
      help: ["Cargo reads UTF-8 only: save it so"],
    }),
  );
}

function lockFindings({ lock, root }: Project): Result<LockFindings> {
  if (!isFile(lock)) return ok({ crates: 0, repositories: [], isIgnored: false });
  const parsed = parseLock(shownFrom(root, lock), readFileSync(lock, "utf8"));
  if (!parsed.ok) return parsed;
  const sources = parsed.value.packages.flatMap(({ source }) => (source ? [formatSourceId(source)] : []));
  const fromGit = sources.filter((source) => source.startsWith("git+"));
  return ok({
    crates: sources.length - fromGit.length,
    repositories: [
      ...new Set(fromGit.map((source) => redact(source.slice("git+".length).replace(/[?#].*$/, "")))),
    ],
    isIgnored: isIgnoredByGit(lock),
  });
}

function toolchainFindings({ toolchainFile, root }: Project): Result<Findings["toolchain"]> {
  if (toolchainFile === undefined) return ok(undefined);
  const file = shownFrom(root, toolchainFile);
  const read = parseToolchainFile(file, textOf(toolchainFile) ?? "");
  if (!read.ok) return read;
  return ok({ file, channel: read.value.channel ?? read.value.path ?? "rustup's default" });
}

/**
 * `rust-version`, where packages require a newer compiler than the toolchain has that the project gets without a configuration;
 * undefined where its release is not known. A toolchain says what it is.
 */
export async function oldToolchain(
  { project, requirements }: Findings,
  env: NodeJS.ProcessEnv,
): Promise<Diagnostic | undefined> {
  const wanted = wantedToolchain({ components: [], targets: [] }, project, env);
  if (!wanted.ok) return undefined;
  const installed = findToolchain(wanted.value, env);
  const tooOld = await tooOldFor(requirements, {
    name: wanted.value.channel ?? "",
    ...(installed.ok && { directory: installed.value }),
  });
  return tooOld?.problem;
}

/** What was found, a line each, as after the verb `Found`. */
export function foundLines(findings: Findings): string[] {
  const { project, isWorkspace, members, lock, toolchain, ci, hasLto } = findings;
  const programs = members.flatMap((member) => member.programs);
  const names = members.flatMap(({ manifest }) => manifest.package?.name ?? []);
  const makes = programs.length === 0 ? ", no programs" : `, ${counted(programs, "program")}`;
  const own =
    isWorkspace && names.length !== 1
      ? `a workspace of ${counted(names, "package")}`
      : `package \`${names[0]}\``;
  const { crates, repositories } = lock;
  const isSsh = (url: string): boolean => /^ssh:/.test(url);
  return [
    `${own}${makes}`,
    ...(existsSync(project.lock) ? [`Cargo.lock: ${crates} ${crates === 1 ? "crate" : "crates"}`] : []),
    ...(repositories.length > 0
      ? [
          `${counted(repositories, "git repository", "git repositories")}${repositories.some(isSsh) ? ", fetched with your SSH key" : ""}`,
        ]
      : []),
    ...(toolchain ? [`toolchain ${toolchain.channel} in ${toolchain.file}`] : []),
    ...(ci.length > 0
      ? [`CI in ${ci.length > 2 ? `${dirname(ci[0] ?? "")}: ${ci.length} files` : ci.join(", ")}`]
      : []),
    ...members.flatMap(lintLines),
    ...(hasLto && project.configuration === undefined
      ? [
          'lto in [profile.release], with which tests are slow to compile: cargoProfile: "dev" in the configuration avoids it',
        ]
      : []),
  ];
}

function lintLines({ manifest, shown }: Member): string[] {
  const tables = [manifest.workspace?.lints, manifest.lints].flatMap((lints) => {
    if (lints === undefined || lints.workspace === true) return [];
    return Object.entries(lints).map(([tool, table]) => `${tool} (${Object.keys(Object(table)).length})`);
  });
  return tables.length > 0 ? [`lints of ${tables.join(", ")} in ${shown}`] : [];
}

/** Up to four by name, more only by number. */
function counted(names: readonly string[], thing: string, things = `${thing}s`): string {
  if (names.length === 1) return `${thing} \`${names[0]}\``;
  return names.length > 4 ? `${names.length} ${things}` : `${names.length} ${things}: ${backticked(names)}`;
}
