import { posix } from "node:path";
import { canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import { unreachable } from "../../base/narrowing.ts";
import { world } from "../../derivation/world.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import { manifestFacts, manifestIn, usesHarness, workspaceManifest } from "./manifestFacts.ts";
import { type SourceFiles, sourceFiles } from "./sourceFiles.ts";
import type { PlannedUnit } from "./unitPlan.ts";

const readKinds = [
  ...["file", "open", "list", "look", "link"],
  ...["tree", "names", "input", "source", "env", "variables"],
] as const;

/**
 * What a unit of the project's own may read, by kind. Seen while it was compiled:
 *
 * - `file:src/lib.rs`: one file that is read and not run, so that whether it is executable does not count
 * - `open:tools/gen.sh`: what opening it gives
 * - `list:proto`: likewise, of a directory: which names are in it
 * - `look:src/part/mod.rs`: whether something is there, and its kind and size
 * - `link:assets`: where a link leads
 * - `input:/build/vendor/serde-1.0.228`: a part of the step's world besides the source
 *
 * Said by itself, or by Cargo:
 *
 * - `tree:proto`: all below a directory, or one file
 * - `names:crates/a`: which files the package has
 * - `env:GREETING`: the value of a variable
 * - `variables:`: which variables there are
 *
 * And in doubt:
 *
 * - `source:`: everything in the source. What follows says why
 */
export type ReadKind = (typeof readKinds)[number];

/** What a unit read: the kind, and a path relative to the source or the name of a variable. */
export type Read = `${ReadKind}:${string}`;

/** The project's own files, as its units depend on them, and the variables that only code reads. */
export type LocalSource = {
  /** The digest of what a unit read; undefined where it is not there. Links are followed. */
  readonly digestOf: (read: Read) => Digest | undefined;
  /** The text of a file; empty where there is none. */
  readonly textOf: (path: string) => string;
  /** Whether a path is a directory's. */
  readonly isDirectory: (path: string) => boolean;
  /** The names of the variables. */
  readonly variables: readonly string[];
  /** The directory of Cargo's workspace, `""` for the source's root: relative paths in what rustc says count from it. */
  readonly workspace: string;
  /** What of its package's manifest a unit is made from; undefined for packages outside the source. */
  readonly factsOf: (planned: PlannedUnit) => Digest | undefined;
};

/** What a step gives of the project's files. */
export type LocalFiles = {
  readonly files: readonly TreeFile[];
  /** Gives the text of one of the files by its path. */
  readonly textOf: (path: string) => string;
  /** Gives the size of one of the files in bytes. */
  readonly sizeOf: (path: string) => number;
  /** The content of the part of the step's world that an absolute path lies in. */
  readonly contentAt: (path: string) => Digest | undefined;
  /** The directory of Cargo's workspace, see `Source`. */
  readonly workspace?: string | undefined;
  /** See `StepEnvironment.codeVariables`. */
  readonly variables: Readonly<Record<string, string>>;
};

/** @param packages the directories of the packages that the source consists of, `""` for its root */
export function localSource(local: LocalFiles, packages: ReadonlySet<string>): LocalSource {
  const { textOf, workspace = "", variables } = local;
  const source = sourceFiles({ ...local, packages });
  const exists = source.has;
  // A hook may lead Cargo elsewhere than to a workspace.
  const text = (path: string) => (exists(path) ? textOf(path) : "");
  const digests = new Map<Read, Digest | undefined>();
  const facts = new Map<string, Digest>();
  return {
    variables: Object.keys(variables).sort(),
    workspace,
    isDirectory: source.isDirectory,
    textOf: text,
    digestOf(read) {
      if (!digests.has(read)) {
        const content = contentOf(read, source, local);
        digests.set(read, content === undefined ? undefined : digestOf(canonical(content)));
      }
      return digests.get(read);
    },
    factsOf(planned) {
      const directory = packageDirectory(planned);
      if (directory === undefined || !exists(manifestIn(directory))) return undefined;
      const manifest = text(manifestIn(directory));
      const harness = usesHarness(manifest, planned.unit);
      const name = `${harness} ${directory}`;
      const known = facts.get(name);
      if (known !== undefined) return known;
      const root = workspaceManifest(directory, { exists, text }) ?? manifestIn(workspace);
      const readme = inferredReadmes.find((each) => exists(posix.join(directory, each))) ?? null;
      const digest = digestOf(canonical([manifestFacts(manifest, text(root)), readme, harness]));
      facts.set(name, digest);
      return digest;
    },
  };
}

/** What `CARGO_PKG_README` says where the manifest says nothing: the first that is there (Cargo 1.95). */
const inferredReadmes = ["README.md", "README.txt", "README"];

/** The directory of a unit's package below the source, `""` for the root itself. */
export function packageDirectory({ unit }: PlannedUnit): string | undefined {
  const url = /^path\+file:\/\/([^#?]*)/.exec(unit.packageId)?.[1];
  const path = url === undefined ? undefined : decodeURIComponent(url);
  if (path === world.source) return "";
  return path?.startsWith(`${world.source}/`) ? path.slice(world.source.length + 1) : undefined;
}

function contentOf(
  read: Read,
  source: SourceFiles,
  { contentAt, variables }: Pick<LocalFiles, "contentAt" | "variables">,
): Data | undefined {
  const { kind, path } = partsOf(read);
  switch (kind) {
    case "file":
      return source.content(path);
    case "open":
    case "list":
      return source.open(path);
    case "look":
      return source.look(path);
    case "link":
      return source.link(path);
    case "tree":
      return source.tree(path);
    case "names":
      return source.namesOf(path);
    case "input":
      return contentAt(path);
    case "source":
      return source.all();
    case "env":
      return Object.hasOwn(variables, path) ? variables[path] : undefined;
    case "variables":
      return Object.keys(variables).sort();
    default:
      return unreachable(kind);
  }
}

/** The kind of a read, and its path or the name of its variable. */
export function partsOf(read: Read): { readonly kind: ReadKind; readonly path: string } {
  const kind = readKinds.find((each) => read.startsWith(`${each}:`));
  if (kind === undefined) throw new Error(`not a kind of read: ${read}`);
  return { kind, path: read.slice(kind.length + 1) };
}

/** Whether a text, such as one of a record, says what a unit read. */
export function isRead(text: string): text is Read {
  return readKinds.some((kind) => text.startsWith(`${kind}:`));
}
