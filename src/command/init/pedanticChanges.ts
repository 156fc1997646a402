import { readFileSync } from "node:fs";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Manifest } from "../../cargo/manifest/manifest.ts";
import { placeOf } from "../../cargo/toml/placeOf.ts";
import type { FileChange } from "../eject/applyChanges.ts";
import { inheritingLints, withPedantic } from "./editLints.ts";
import type { Findings } from "./findings.ts";

/**
 * The manifests with Clippy's group `pedantic` for every member: of a workspace in `[workspace.lints]`, which members
 * without lints of their own inherit; a member that has some gets it beside them, since Cargo lets nobody do both.
 *
 * Errors: `toml-syntax`, `lints-edit`; `lints-workspace-false`, which Cargo does not take.
 */
export function pedanticChanges(findings: Findings): Result<readonly FileChange[]> {
  const { project, members } = findings;
  const texts = new Map<
    string,
    { readonly shown: string; readonly before: string; after: string; readonly what: string[] }
  >();
  const manifests = [{ file: project.manifest, shown: "Cargo.toml" }, ...members];
  for (const { file, shown } of manifests) {
    const before = readFileSync(file, "utf8");
    texts.set(file, { shown, before, after: before, what: [] });
  }
  const edit = (
    file: string,
    change: (shown: string, text: string) => Result<string>,
    what: string,
  ): Result<void> => {
    const text = texts.get(file);
    if (!text) return ok();
    const changed = change(text.shown, text.after);
    if (!changed.ok) return changed;
    if (changed.value !== text.after) text.what.push(what);
    text.after = changed.value;
    return ok();
  };
  const isShared = isWorkspaceOfSeveral(findings);
  const isHeir = ({ lints }: Manifest): boolean =>
    lints?.workspace === true || (isShared && lints === undefined);
  if (members.some(({ manifest }) => isHeir(manifest))) {
    const done = edit(
      project.manifest,
      (shown, text) => withPedantic(shown, text, "workspace.lints"),
      "[workspace.lints.clippy] pedantic",
    );
    if (!done.ok) return done;
  }
  for (const { file, manifest } of members) {
    const own = manifest.lints;
    const wrong = own?.workspace === false ? inheritsNot(manifest) : undefined;
    if (wrong) return err(wrong);
    const done = isHeir(manifest)
      ? edit(file, inheritingLints, "[lints] workspace = true")
      : edit(file, (shown, text) => withPedantic(shown, text, "lints"), "[lints.clippy] pedantic");
    if (!done.ok) return done;
  }
  return ok(
    [...texts].flatMap(([file, { shown, before, after, what }]) =>
      before === after ? [] : [{ file, shown, before, after, what: what.join(", ") }],
    ),
  );
}

function isWorkspaceOfSeveral({ members, project }: Findings): boolean {
  return members.length > 1 || members.every(({ file }) => file !== project.manifest);
}

/** The table in which single lints are allowed for the whole project. */
export function lintsTableOf(findings: Findings): string {
  const inherits = findings.members.some(({ manifest }) => manifest.lints?.workspace === true);
  return inherits || isWorkspaceOfSeveral(findings) ? "workspace.lints.clippy" : "lints.clippy";
}

function inheritsNot(manifest: Manifest) {
  return diagnostic("lints-workspace-false", `\`${manifest.file}\` has \`lints.workspace = false\``, {
    place: { ...placeOf(manifest.document, ["lints", "workspace"]), label: "Cargo takes only `true`" },
    help: ["remove the line, or write `true`"],
  });
}
