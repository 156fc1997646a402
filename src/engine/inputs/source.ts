import { join, relative, resolve } from "node:path";
import { byCodeUnit, canonical, type Digest, digestOf } from "../../base/digest.ts";
import { isInside } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { SourceWords } from "../../cargo/dummy/pathReference.ts";
import { selector } from "../../derivation/fileSelection.ts";
import type { DummySource, Filter, LockFile, SelectedFiles, Source } from "../../derivation/model.ts";
import { inWorkspace, textOfData } from "../../derivation/steps.ts";
import { userCargoConfig } from "../../fetch/userCargoConfig.ts";
import { type Scan, type ScannedFile, scan } from "../../project/scan/scanSource.ts";
import { hasPatterns, unmatchedPatterns } from "../../project/scan/unmatchedPatterns.ts";
import { vendorDirectories } from "../../project/scan/vendoredPackages.ts";
import type { Records } from "../../store/store.ts";
import { fileEntries, fileEntry, type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import { changedMeanwhile, headOf } from "../../tree/files.ts";
import { lockText } from "./lock.ts";
import { type InputContext, type Placement, placement, type ResolvedInput } from "./resolvedInput.ts";

/**
 * The user's files that pass the source's filter.
 *
 * Errors: those of `scanned`; when it is placed, `source-changed`.
 */
export async function resolveSource(context: InputContext, source: Source): Promise<Result<ResolvedInput>> {
  const start = performance.now();
  const looked = scanOf(context, source);
  if (!looked.ok) return looked;
  const { source: unchanged, remember } = looked.value;
  let digest = unchanged;
  let listed: Result<ScannedFile[]> | undefined;
  const filesOf = () => {
    listed ??= filesAsSeen(context, source, looked.value);
    return listed;
  };
  if (digest === undefined) {
    const files = filesOf();
    if (!files.ok) return files;
    digest = sourceDigest(context.store.records, files.value);
    remember(digest);
  }
  if (hasPatterns(source.filter)) {
    const files = filesOf();
    const paths = files.ok ? files.value.map(({ path }) => path) : [];
    for (const warning of unmatchedPatterns(source.filter, paths))
      context.emit({ type: "warning", diagnostic: warning });
  }
  // For profilers and benchmarks, which observe it from outside.
  performance.measure("scan", { start });
  return ok({
    digest,
    // Of a source in which nothing changed nobody may ask for them.
    get files() {
      const files = filesOf();
      return files.ok ? files.value : undefined;
    },
    async place() {
      const files = filesOf();
      return files.ok ? placeSource(context, source, { digest, files: files.value }) : files;
    },
  });
}

/**
 * The files of a source. Of one that was recognised as a whole they are looked up when somebody asks, which may be minutes later;
 * then some may be read that were saved meanwhile, and that are not what the keys hold by now.
 *
 * Errors: `source-changed`; those of `scanned`.
 */
function filesAsSeen(context: InputContext, source: Source, scan: Scan): Result<ScannedFile[]> {
  const files = scan.files();
  if (!files.ok || scan.source === undefined) return files;
  const digest = sourceDigest(context.store.records, files.value);
  if (digest === scan.source) return files;
  // Whoever looks again finds other times, or else what was read now.
  scan.remember(digest);
  return err(changedMeanwhile(directoryOf(context, source)));
}

/** Puts a source where a step finds it. Errors: `source-changed`. */
async function placeSource(
  context: InputContext,
  source: Source,
  { digest, files }: { readonly digest: Digest; readonly files: readonly ScannedFile[] },
): Promise<Result<readonly Placement[]>> {
  const { store, project } = context;
  const at = originOf(context, source);
  const origin = ({ path }: TreeFile) => at(path);
  // What lies elsewhere, as the sources of a toolchain, is used by many projects at once.
  if (!isInside(directoryOf(context, source), project.root))
    return placement(context, await store.composeSource(files, origin));
  const name = digestOf(canonical([project.root, sourceKey(source)])).slice(0, 16);
  const placed = await store.placeSource(name, { digest, files, origin });
  return placed.ok ? ok([{ below: "", directory: placed.value }]) : placed;
}

/**
 * The files of a source that a hook of git is for.
 *
 * Errors: those of `scanned`.
 */
export async function resolveSelectedFiles(
  context: InputContext,
  { of, select }: SelectedFiles,
): Promise<Result<ResolvedInput>> {
  const files = scanned(context, of);
  if (!files.ok) return files;
  const origin = originOf(context, of);
  const isWanted = selector(select);
  const kept = files.value.filter((file) =>
    isWanted({
      path: file.path,
      kind: file.type,
      executable: file.type === "file" && file.executable,
      head: () => {
        const content = origin(file.path);
        return typeof content === "string" ? headOf(content) : content;
      },
    }),
  );
  return ok({
    digest: treeDigest(kept),
    place: async () => placement(context, await context.store.compose(kept, ({ path }) => origin(path))),
    reducedTo: async () => kept,
  });
}

/**
 * The project reduced to what decides how its dependencies are built. Which dummy a source has is remembered, as
 * most edits do not change it and reducing the manifests of a large workspace takes a while.
 *
 * Errors: those of `source` and of `reducedSource`.
 *
 * @param source the whole of it, as it is resolved for others too
 */
export async function resolveDummySource(
  context: InputContext,
  { of }: DummySource,
  source: Promise<Result<ResolvedInput>>,
): Promise<Result<ResolvedInput>> {
  const whole = await source;
  if (!whole.ok) return whole;
  const { digest } = whole.value;
  const { store } = context;
  const roots = of.workspace === undefined ? undefined : [of.workspace];
  /** Why they cannot be had, whoever places them is told. */
  const withoutFiles = async (): Promise<Result<never>> => {
    const placed = await whole.value.place();
    return placed.ok ? err(changedMeanwhile(directoryOf(context, of))) : placed;
  };
  const reduceAnew = async () => {
    const { reducedSource } = await import("./reducedSource.ts");
    const { expressionFrom } = await import("../../project/filtered/sourceExpression.ts");
    // Of a source in which nothing changed nobody has to ask for them.
    const { files } = whole.value;
    if (!files) return withoutFiles();
    return reducedSource(files, originOf(context, of), {
      words: wordsFor(context, of, expressionFrom),
      ...(roots && { roots }),
    });
  };
  let reducing: ReturnType<typeof reduceAnew> | undefined;
  const reduce = () => {
    reducing ??= reduceAnew();
    return reducing;
  };
  const reducedTo = async () => {
    const reduced = await reduce();
    return reduced.ok ? reduced.value.tree : [];
  };
  const key = digestOf(canonical([digest, ...(roots ?? [])]));
  const resolved = (dummy: Digest): Result<ResolvedInput> => {
    const place = async () => {
      const reduced = await reduce();
      if (!reduced.ok) return reduced;
      const { tree, origin, digest: is } = reduced.value;
      if (is === dummy) return placement(context, await store.compose(tree, origin));
      // Another Gantry reduced it otherwise, and the keys hold what came of that.
      store.records.set("dummy", key, is);
      return err(changedMeanwhile(directoryOf(context, of)));
    };
    return ok({ digest: dummy, place, reducedTo });
  };
  const known = store.records.get("dummy", key);
  if (known) return resolved(known);
  const { files } = whole.value;
  if (!files) return withoutFiles();
  const outline = outlineOf(files, roots ?? []);
  const code = outline && store.records.get("dummy-code", outline);
  const alike = outline && code && store.records.get("dummy", keyWithCode(outline, files, code));
  if (alike) {
    store.records.set("dummy", key, alike);
    return resolved(alike);
  }
  const reduced = await reduce();
  if (!reduced.ok) return reduced;
  store.records.set("dummy", key, reduced.value.digest);
  if (outline) {
    const kept = reduced.value.asTheyAre.filter(isCode);
    store.records.set("dummy-code", outline, kept);
    store.records.set("dummy", keyWithCode(outline, files, kept), reduced.value.digest);
  }
  return resolved(reduced.value.digest);
}

/**
 * All of a source that its reduced form depends on, but for the code in that: the names of all files, and the contents of
 * those that are no code. Which code it holds is found out from these and from that code alone, so that an edit of any other
 * needs no reducing. Undefined where links give files other names.
 */
function outlineOf(files: readonly TreeFile[], roots: readonly string[]): Digest | undefined {
  if (files.some(({ type }) => type === "symlink")) return undefined;
  return digestOf([...roots, "", digestWithoutCode(files)].join("\0"));
}

/** @param code the paths of the code that the reduced form held when a source with this outline was reduced last */
function keyWithCode(outline: Digest, files: readonly TreeFile[], code: readonly string[]): Digest {
  const held = new Set(code);
  return digestOf([outline, fileEntries(files.filter(({ path }) => held.has(path)))].join("\0"));
}

/** The digest of the names of all files, and of what lies there that is no code. */
export function digestWithoutCode(files: readonly TreeFile[]): Digest {
  const known = digestsWithoutCode.get(files);
  if (known !== undefined) return known;
  const digest = digestOf(
    files
      .map((file) => (file.type === "file" && isCode(file.path) ? `code:${file.path}` : fileEntry(file)))
      .join("//"),
  );
  digestsWithoutCode.set(files, digest);
  return digest;
}

/** Several steps may ask for those of one source. */
const digestsWithoutCode = new WeakMap<readonly TreeFile[], Digest>();

export function isCode(path: string): boolean {
  return path.endsWith(".rs");
}

/** How a source is told of where something lies outside of it. `expressionFrom`: that of `sourceExpression.ts`, which few need. */
export function wordsFor(
  context: InputContext,
  of: Source,
  expressionFrom: (source: Source, inside: string) => string,
): SourceWords {
  const { root } = context.project;
  const directory = directoryOf(context, of);
  return {
    typed: (path) => relative(root, resolve(directory, path)) || ".",
    beginningAt(above) {
      const top = resolve(directory, above);
      const wider = { ...of, root: relative(root, top) || "." };
      const workspace = relative(top, resolve(directory, of.workspace ?? ""));
      return `src: ${expressionFrom(wider, relative(top, directory))}, sourceRoot: ${JSON.stringify(workspace)}`;
    },
  };
}

/** The directory of the host that a source describes. */
export function directoryOf(context: InputContext, source: Source): string {
  return resolve(context.project.root, source.root);
}

/**
 * The files of a source, with what the last scan learned about them.
 *
 * Errors: `source-missing`, `source-unreadable`, `name-not-utf8`, `filter-threw`; those of `lockText`.
 */
export function scanned(context: InputContext, source: Source): Result<ScannedFile[]> {
  const looked = scanOf(context, source);
  return looked.ok ? looked.value.files() : looked;
}

/** Looks at a source; see `Scan`. Errors: those of `scanned`. */
function scanOf(context: InputContext, source: Source): Result<Scan> {
  const { store, emit, env } = context;
  const { workspace = "" } = source;
  const directory = directoryOf(context, source);
  const key = scanKey(directory, source.filter);
  // The name of the file holds a digest of the bundle. With another lock in it, it is another tree.
  const ofCode = digestOf(canonical([key, import.meta.filename]));
  const looked = scan(directory, source.filter, {
    load: () => store.records.get("scan", key),
    save: (record) => store.records.set("scan", key, record),
    ...(!source.cargoLock && {
      whole: {
        load: () => store.records.get("scan-whole", ofCode),
        save: (unchanged) => store.records.set("scan-whole", ofCode, unchanged),
      },
    }),
    note: (text) => emit({ type: "note", text }),
    isPublished: isInside(directory, join(store.root, "trees")),
    vendored: vendorDirectories(directory, workspace, userCargoConfig(join(directory, workspace), env).files),
  });
  if (!looked.ok || !source.cargoLock) return looked;
  const { cargoLock: lock } = source;
  const files = looked.value.files();
  return ok({
    files: () => (files.ok ? withLock(context, source, { lock, files: files.value }) : files),
    remember() {},
  });
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

/** Tells sources apart within this process. */
export function sourceKey(source: Source): string {
  return canonical([
    source.root,
    source.workspace ?? null,
    textOfData(source.filter),
    source.cargoLock ?? null,
  ]);
}

/**
 * The digest of a source's tree. It is remembered by the list of files, since of thousands that list is digested in
 * a fraction of the time that the tree takes.
 */
function sourceDigest(records: Records, files: readonly ScannedFile[]): Digest {
  const key = digestOf(fileEntries(files));
  const known = records.get("source", key);
  if (known) return known;
  const digest = treeDigest(files);
  records.set("source", key, digest);
  return digest;
}

/** The name of what scans of a source learn of its files. It need not tell two functions apart. */
function scanKey(directory: string, filter: Filter): Digest {
  const text = JSON.stringify(filter, (_, each) => (typeof each === "function" ? String(each) : each));
  return digestOf(canonical([directory, text]));
}
