import { readFileSync } from "node:fs";
import { canonical } from "../../base/canonical.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { isPlanningFile } from "../../cargo/config/settings.ts";
import { type DummyInput, sourceRoots } from "../../cargo/dummy/dummyInput.ts";
import type { DummySource } from "../../derivation/model.ts";
import { type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import { type InputContext, placed, type Resolved } from "./resolvedInput.ts";
import { originOf } from "./source.ts";

/**
 * The project reduced to what decides how its dependencies are built. Which dummy a source has is remembered, as
 * most edits do not change it and reducing the manifests of a large workspace takes a while.
 *
 * @param source the whole of it, as it is resolved for others too
 */
export async function resolveDummySource(
  context: InputContext,
  dummy: DummySource,
  source: Promise<Result<Resolved>>,
): Promise<Result<Resolved>> {
  const whole = await source;
  if (!whole.ok) return whole;
  const { digest, files = [] } = whole.value;
  const { workspace } = dummy.of;
  const roots = workspace === undefined ? undefined : [workspace];
  const reduce = () => reduced(originOf(context, dummy.of), files, roots);
  const { records } = context.store;
  const key = digestOf(canonical([digest, ...(roots ?? [])]));
  const known = records.get("dummy", key);
  const place = async () => {
    const made = await reduce();
    return made.ok ? placed(context, await context.store.compose(made.value.tree, made.value.origin)) : made;
  };
  if (known) return ok({ digest: known, place });
  const made = await reduce();
  if (!made.ok) return made;
  records.set("dummy", key, made.value.digest);
  return ok({ digest: made.value.digest, place });
}

type Reduced = {
  readonly digest: Digest;
  readonly tree: readonly TreeFile[];
  readonly origin: (file: TreeFile) => string | Buffer;
};

async function reduced(
  originOf: (path: string) => string | Buffer,
  files: readonly TreeFile[],
  roots: readonly string[] | undefined,
): Promise<Result<Reduced>> {
  const { dummySource } = await import("../../cargo/dummy/dummySource.ts");
  const { verbatimPaths } = await import("../../cargo/dummy/dummySource.ts");
  const paths = files.map((file) => file.path);
  const planning = paths.filter(isPlanningFile);
  const input = {
    files: new Map(planning.map((path) => [path, textOf(originOf(path))])),
    paths,
    ...(roots && { roots }),
  };
  const texts = dummySource(input);
  if (!texts.ok) return texts;
  const verbatim = verbatimPaths(input);
  if (!verbatim.ok) return verbatim;
  const configured = await configuredFiles(input, files, (path) => textOf(originOf(path)));
  if (!configured.ok) return configured;
  const asTheyAre = new Set([...verbatim.value, ...configured.value]);
  const tree: TreeFile[] = [
    ...[...texts.value].map(
      ([path, text]): TreeFile => ({ path, type: "file", digest: digestOf(text), executable: false }),
    ),
    ...files.filter((file) => asTheyAre.has(file.path) && !texts.value.has(file.path)),
  ];
  const origin = (file: TreeFile) => {
    const text = texts.value.get(file.path);
    return text === undefined ? originOf(file.path) : Buffer.from(text);
  };
  return ok({ digest: treeDigest(tree), tree, origin });
}

/** What Cargo's configuration names has to be there, as rustc, a linker or a build script opens it. */
async function configuredFiles(
  input: DummyInput,
  files: readonly TreeFile[],
  textOf: (path: string) => string,
): Promise<Result<ReadonlySet<string>>> {
  const { rootConfigs } = await import("../../cargo/dummy/rootConfigs.ts");
  const configs = rootConfigs(input);
  if (!configs.ok || configs.value.length === 0) return configs.ok ? ok(new Set()) : configs;
  const { configTexts } = await import("../../cargo/config/settings.ts");
  const { configuredEntries } = await import("./reducedSource.ts");
  const paths = new Set(input.paths);
  const configFiles = configs.value.map(({ file }) => file);
  const texts = configTexts(configFiles, (path) => (paths.has(path) ? textOf(path) : undefined));
  return ok(configuredEntries(files, { configs: texts, workspaces: sourceRoots(input), textOf }));
}

function textOf(origin: string | Buffer): string {
  return typeof origin === "string" ? readFileSync(origin, "utf8") : origin.toString("utf8");
}
