import { readFileSync } from "node:fs";
import { ok, type Result } from "../../base/result.ts";
import { dummySource } from "../../cargo/dummy/dummySource.ts";
import { isPlanningFile } from "../../cargo/dummy/isPlanningFile.ts";
import { verbatimPaths } from "../../cargo/dummy/verbatimPaths.ts";
import { digestOf } from "../../base/digest.ts";
import type { DummySource } from "../../derivation/input.ts";
import { type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import type { Resolved } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";
import { placed } from "./placed.ts";
import { directoryOf, scanned } from "./scanned.ts";

/** The project reduced to what decides how its dependencies are built. */
export async function resolveDummySource(context: InputContext, dummy: DummySource): Promise<Result<Resolved>> {
  const files = scanned(context, dummy.of);
  if (!files.ok) return files;
  const directory = directoryOf(context, dummy.of);
  const paths = files.value.map((file) => file.path);
  const planning = paths.filter(isPlanningFile).map((path): [string, string] => [
    path,
    readFileSync(`${directory}/${path}`, "utf8"),
  ]);
  const input = { files: new Map(planning), paths };
  const texts = dummySource(input);
  if (!texts.ok) return texts;
  const verbatim = verbatimPaths(input);
  if (!verbatim.ok) return verbatim;
  const asTheyAre = new Set(verbatim.value);
  const tree: TreeFile[] = [
    ...[...texts.value].map(
      ([path, text]): TreeFile => ({ path, type: "file", digest: digestOf(text), executable: false }),
    ),
    ...files.value.filter((file) => asTheyAre.has(file.path) && !texts.value.has(file.path)),
  ];
  const origin = (file: TreeFile) => {
    const text = texts.value.get(file.path);
    return text === undefined ? `${directory}/${file.path}` : Buffer.from(text);
  };
  return ok({ digest: treeDigest(tree), place: async () => placed(context, await context.store.compose(tree, origin)) });
}
