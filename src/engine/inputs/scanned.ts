import { resolve } from "node:path";
import { canonical } from "../../base/canonical.ts";
import { digestOf } from "../../base/digest.ts";
import type { Result } from "../../base/result.ts";
import type { Filter, Source } from "../../derivation/source.ts";
import type { ScannedFile } from "../../project/scannedFile.ts";
import { scanSource } from "../../project/scanSource.ts";
import type { InputContext } from "./inputContext.ts";

/** The directory of the host that a source describes. */
export function directoryOf(context: InputContext, source: Source): string {
  return resolve(context.project.root, source.root);
}

/** The files of a source, with what the last scan learned about them. */
export function scanned(context: InputContext, source: Source): Result<ScannedFile[]> {
  const { store, emit } = context;
  const directory = directoryOf(context, source);
  const key = digestOf(canonical([directory, filterText(source.filter)]));
  return scanSource(directory, source.filter, {
    load: () => store.memo.get("scan", key),
    save: (text) => store.memo.set("scan", key, text),
    note: (text) => emit({ type: "note", text }),
  });
}

/** Tells sources apart. A function counts by its text: what it closes over is not seen, only what it keeps is. */
export function sourceKey(source: Source): string {
  return canonical([source.root, filterText(source.filter)]);
}

function filterText(filter: Filter): string {
  return JSON.stringify(filter, (_, value) => (typeof value === "function" ? String(value) : value));
}
