import { resolve } from "node:path";
import { byCodeUnit, canonical } from "../../base/canonical.ts";
import { digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { inWorkspace } from "../../derivation/inWorkspace.ts";
import type { LockFile, Source } from "../../derivation/source.ts";
import type { ScannedFile } from "../../project/scannedFile.ts";
import { scanSource } from "../../project/scanSource.ts";
import { asText } from "./asText.ts";
import type { InputContext } from "./inputContext.ts";
import { lockText } from "./lockText.ts";

/** The directory of the host that a source describes. */
export function directoryOf(context: InputContext, source: Source): string {
  return resolve(context.project.root, source.root);
}

/** The files of a source, with what the last scan learned about them. */
export function scanned(context: InputContext, source: Source): Result<ScannedFile[]> {
  const { store, emit } = context;
  const directory = directoryOf(context, source);
  const key = digestOf(canonical([directory, asText(source.filter)]));
  const files = scanSource(directory, source.filter, {
    load: () => store.memo.get("scan", key),
    save: (text) => store.memo.set("scan", key, text),
    note: (text) => emit({ type: "note", text }),
  });
  return files.ok && source.cargoLock
    ? withLock(context, source, { lock: source.cargoLock, files: files.value })
    : files;
}

/** Where the content of a source's file comes from: its path on the host, or the bytes. */
export function originOf(context: InputContext, source: Source): (path: string) => string | Buffer {
  const directory = directoryOf(context, source);
  return (path) => {
    const isLock = path === inWorkspace(source, "Cargo.lock");
    const lock = isLock && source.cargoLock ? lockText(context, source.cargoLock) : undefined;
    return lock?.ok ? Buffer.from(lock.value.text) : `${directory}/${path}`;
  };
}

type Relocked = { readonly lock: LockFile; readonly files: readonly ScannedFile[] };

function withLock(context: InputContext, source: Source, { lock, files }: Relocked): Result<ScannedFile[]> {
  const read = lockText(context, lock);
  if (!read.ok) return read;
  const bytes = Buffer.from(read.value.text);
  const path = inWorkspace(source, "Cargo.lock");
  const entry: ScannedFile = {
    type: "file",
    path,
    size: bytes.length,
    executable: false,
    digest: digestOf(bytes),
  };
  const others = files.filter((file) => file.path !== path);
  return ok([...others, entry].sort((a, b) => byCodeUnit(a.path, b.path)));
}

/** Tells sources apart. A function counts by its text: what it closes over is not seen, only what it keeps is. */
export function sourceKey(source: Source): string {
  return canonical([source.root, source.workspace ?? null, asText(source.filter), source.cargoLock ?? null]);
}
