import { join, relative } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { ok, type Result } from "../../base/result.ts";
import { textOf } from "../../tree/files.ts";
import { type EjectedFile, type EjectSubject, isEjected, repositoryRoot } from "../ejectedFile.ts";
import { directoryOf, type EjectKind, kindsWithFiles, pathsThere } from "./kinds.ts";

/** An ejected file, and where it lies. */
export type PlacedFile = EjectedFile & {
  /** Absolute. */
  readonly file: string;
  /** From the top of the repository, for people: `rust/setup.sh`. */
  readonly shown: string;
};

/**
 * The files of one kind, as the description has them.
 *
 * Errors: those of the kind.
 *
 * @param variant as `MakeFiles` takes it
 */
export async function filesOfKind(
  kind: EjectKind,
  subject: EjectSubject,
  variant?: string,
): Promise<Result<readonly PlacedFile[]>> {
  const make = await kind.load();
  const files = make(subject, variant);
  return files.ok ? ok(files.value.map((file) => placed(kind, subject, file))) : files;
}

function placed(kind: EjectKind, { project }: EjectSubject, file: EjectedFile): PlacedFile {
  const at = join(directoryOf(kind, project.root), file.path);
  return { ...file, file: at, shown: relative(repositoryRoot(project.root), at) };
}

/** What there is on the disk of `gantry eject`: as it should be now, or why that cannot be said. */
export type OnDisk =
  | { readonly type: "file"; readonly file: PlacedFile }
  | { readonly type: "failed"; readonly kind: EjectKind; readonly problem: Diagnostic };

function leftOver(path: string): Diagnostic {
  return diagnostic("eject-stale", `\`${path}\` is of something that the description has no more`, {
    help: [`remove it: git rm ${path}`],
  });
}

/** What a project has of files that Gantry wrote, of all kinds and variants. */
export async function ejectedOnDisk(subject: EjectSubject): Promise<readonly OnDisk[]> {
  const { root } = subject.project;
  const found: OnDisk[] = [];
  for (const kind of kindsWithFiles(root)) {
    const isOurs = (path: string) => isEjected(textOf(join(directoryOf(kind, root), path)) ?? "");
    const ours = pathsThere(kind, root).filter(isOurs);
    if (ours.length === 0) continue;
    const made = new Set<string>();
    for (const variant of kind.variants ?? [undefined]) {
      const files = await filesOfKind(kind, subject, variant);
      if (!files.ok) found.push({ type: "failed", kind, problem: files.error });
      else {
        found.push(
          ...files.value.filter(({ path }) => isOurs(path)).map((file): OnDisk => ({ type: "file", file })),
        );
        for (const { path } of files.value) made.add(path);
      }
    }
    if (found.some((each) => each.type === "failed" && each.kind === kind)) continue;
    for (const path of ours.filter((each) => !made.has(each) && !kind.paths.includes(each)))
      found.push({ type: "failed", kind, problem: leftOver(path) });
  }
  return found;
}
