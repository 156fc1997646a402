import {
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { inParallel } from "../../base/concurrency.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestAside } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Bring, Store, TreeFile } from "../../store/store.ts";
import { walk } from "../../tree/walk.ts";
import { download } from "../download/download.ts";
import { stopped } from "../progress.ts";
import { type Component, componentName } from "./chooseComponents.ts";
import { hostTriple } from "./findToolchain.ts";
import { recordsPath, unpackComponent } from "./unpackComponent.ts";

/** `wait`: for another process that has the same in hand. */
export type Work = "download" | "install" | "wait";

type Fetching = {
  readonly store: Store;
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly signal: AbortSignal;
  /** Told, with the component's name, how far the work is, in bytes. */
  readonly onProgress: (what: Work, name: string, done: number, total: number) => void;
  readonly note: (text: string) => void;
  /** What the release is called. */
  readonly channel: string;
  /** An installed toolchain of the same release, which may have it. */
  readonly installed: string | undefined;
  /** Asked before the distribution server. Default: no other machine is. */
  readonly bring?: Bring | undefined;
};

/** The tree of a component that the store has; undefined: it has not. */
export function componentOnRecord({ sha256 }: Component, store: Store): Digest | undefined {
  return store.records.get("component", sha256);
}

/** Brings those that neither the store nor an installed toolchain seems to have, in one go. */
export async function bringComponents(
  components: readonly Component[],
  store: Store,
  { installed, bring }: Pick<Fetching, "installed" | "bring">,
): Promise<void> {
  const isMissing = (component: Component) =>
    componentOnRecord(component, store) === undefined &&
    (installed === undefined || !existsSync(`${installed}/${listOf(component)}`));
  const missing = bring ? components.filter(isMissing) : [];
  if (missing.length > 0) await bring?.(missing.map(({ sha256 }) => ({ kind: "component", key: sha256 })));
}

/**
 * The tree of a component, with the list of its files, as a release has it: from the store, else from an installed
 * toolchain of that release, else from another machine that had it, else from the distribution server.
 *
 * Errors: those of `download` and `unpackComponent`; `toolchain-offline`.
 */
export async function componentTree(component: Component, context: Fetching): Promise<Result<Digest>> {
  const { store, channel, installed, offline, signal, bring } = context;
  const name = `${shownName(component)} of toolchain ${channel}`;
  await using _alone = await turn(component, name, context);
  const known = componentOnRecord(component, store);
  if (known !== undefined) return ok(known);
  await using scratch = await store.tempDir("component");
  const into = `${scratch.path}/component`;
  const adopting = `${scratch.path}/adopted`;
  for (const path of [into, adopting]) mkdirSync(path);
  using _shown = { [Symbol.dispose]: () => context.onProgress("install", name, 1, 1) };
  const refused = installed === undefined ? "" : await adopt(component, installed, adopting);
  if (refused !== undefined) {
    await bring?.([{ kind: "component", key: component.sha256 }]);
    const brought = componentOnRecord(component, store);
    if (brought !== undefined) return ok(brought);
    if (offline) return err(unreached(name, refused));
    const made = await fetchInto(component, into, { ...context, name, scratch: scratch.path });
    if (!made.ok) return made;
  }
  return await recorded(component, refused === undefined ? adopting : into, { store, signal });
}

/**
 * Takes a component from a toolchain that was packed with its manifest, unless the store has it.
 *
 * Errors: `component-missing`, with the cause; `interrupted`.
 */
export async function adoptComponent(
  component: Component,
  directory: string,
  { store, signal }: Pick<Fetching, "store" | "signal">,
): Promise<Result<Digest>> {
  await using _alone = await store.exclusive(`component ${component.sha256}`, signal);
  const known = componentOnRecord(component, store);
  if (known !== undefined) return ok(known);
  await using scratch = await store.tempDir("component");
  const into = `${scratch.path}/component`;
  mkdirSync(into);
  const refused = await adopt(component, directory, into);
  if (refused === undefined) return await recorded(component, into, { store, signal });
  const message = `component \`${shownName(component)}\` is not there`;
  return err(diagnostic("component-missing", message, { causes: [refused] }));
}

async function recorded(
  component: Component,
  directory: string,
  { store, signal }: Pick<Fetching, "store" | "signal">,
): Promise<Result<Digest>> {
  const files = await filesOfTree(directory);
  if (signal.aborted) return err(stopped());
  const tree = await store.addTree(directory, files);
  store.records.set("component", component.sha256, tree);
  return ok(tree);
}

/** As rustup's users call it, and for which platform where that is not this one. */
function shownName({ name, target }: Component): string {
  const short = name.replace(/-preview$/, "");
  return target === "*" || target === hostTriple() ? short : `${short}-${target}`;
}

/** Excludes other processes, and tells where one of them has it in hand. */
function turn(
  { sha256 }: Component,
  name: string,
  { store, signal, onProgress }: Fetching,
): Promise<AsyncDisposable> {
  return store.exclusive(`component ${sha256}`, signal, (isOver) =>
    onProgress("wait", name, isOver ? 1 : 0, 1),
  );
}

/** Bytes. The largest archive of a component, that of `rustc-dev`, has some 100 MB. */
const longest = 4 * 1024 ** 3;

async function fetchInto(
  component: Component,
  into: string,
  context: Fetching & { readonly name: string; readonly scratch: string },
): Promise<Result<void>> {
  const { url, sha256 } = component;
  const { store, env, signal, onProgress, note, name } = context;
  const archive = `${store.root}/downloads/${sha256}`;
  const fetched = await download({
    ...{ url, sha256, to: archive, env, signal, limit: longest, onWait: note },
    // What came is still to be verified.
    onProgress: (done, total = done) => onProgress("download", name, done, total + 1),
  });
  if (!fetched.ok) return fetched;
  const total = statSync(archive).size;
  onProgress("download", name, total, total);
  onProgress("install", name, 0, total);
  const scratch = `${context.scratch}/unpacking`;
  mkdirSync(scratch);
  const unpacked = await unpackComponent(archive, {
    ...{ name, component: componentName(component), into, scratch, signal },
    // What is written then is still to be read once.
    onProgress: (done) => onProgress("install", name, done, total + 1),
  });
  // Where the disk is full, the archive is there the next time.
  if (unpacked.ok || unpacked.error.code === "component-malformed") rmSync(archive, { force: true });
  return unpacked;
}

/**
 * Copies a component from a toolchain of rustup's that lists its files. What can be seen without its archive is looked at: the
 * toolchain was made of that very archive, all files are there, and none was written after they were listed.
 *
 * @returns why it was not taken
 */
async function adopt(component: Component, installed: string, into: string): Promise<string | undefined> {
  const name = listOf(component);
  const list = statSync(`${installed}/${name}`, { throwIfNoEntry: false });
  if (!list?.isFile()) return "rustup's toolchain has it not";
  if (!readFileSync(`${installed}/${recordsPath}/multirust-channel-manifest.toml`).includes(component.sha256))
    return "rustup's is of another archive";
  const lines = readFileSync(`${installed}/${name}`, "utf8").split("\n");
  const listed = lines.flatMap((line) => /^(?:file|dir):(.+)$/.exec(line)?.[1] ?? []);
  if (listed.some((path) => path.split("/").includes(".."))) return "its list of files leads out of it";
  for (const path of [...listed.flatMap((each) => below(installed, each)), name]) {
    const found = lstatSync(`${installed}/${path}`, { throwIfNoEntry: false });
    if (!found) return `\`${installed}/${path}\` is not there`;
    if (Math.floor(found.mtimeMs / 1000) > Math.floor(list.mtimeMs / 1000))
      return `\`${installed}/${path}\` was changed since rustup installed it`;
    mkdirSync(dirname(`${into}/${path}`), { recursive: true });
    if (found.isSymbolicLink()) symlinkSync(readlinkSync(`${installed}/${path}`), `${into}/${path}`);
    else await copyFile(`${installed}/${path}`, `${into}/${path}`, constants.COPYFILE_FICLONE);
  }
  return undefined;
}

/** Where a toolchain lists the files of a component. */
function listOf(component: Component): string {
  return `${recordsPath}/manifest-${componentName(component)}`;
}

/** The files of a directory, or the path itself. */
function below(root: string, path: string): string[] {
  if (!lstatSync(`${root}/${path}`, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return [...walk(`${root}/${path}`)].flatMap((each) =>
    each.type === "directory" ? [] : [`${path}/${each.path}`],
  );
}

/** What lies below a directory, digested on several threads, so that the terminal moves on. */
export async function filesOfTree(directory: string): Promise<TreeFile[]> {
  const entries = [...walk(directory)].filter(({ type }) => type !== "directory");
  const files = await inParallel(entries, availableParallelism() + 1, async ({ path, type }) => {
    const at = `${directory}/${path}`;
    if (type === "symlink") return { path, type, target: readlinkSync(at) } as const;
    const executable = (lstatSync(at).mode & 0o111) !== 0;
    return { path, type: "file", digest: await digestAside(await readFile(at)), executable } as const;
  });
  return files;
}

function unreached(name: string, refused: string): Diagnostic {
  return diagnostic("toolchain-offline", `${name} is not in the store, and \`--offline\` was given`, {
    notes: refused === "" ? [] : [refused],
    help: ["run once without --offline"],
  });
}
