import { existsSync, readFileSync } from "node:fs";
import { inParallel } from "../../base/concurrency.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import type { CrateRegistry } from "../../derivation/model.ts";
import type { Bring, Store } from "../../store/store.ts";
import { downloadBytes } from "../download/download.ts";
import { fetchCheckout } from "../git/fetchCheckout.ts";
import { crateStem, type LockedCrate } from "../lockedPackage.ts";
import { bringCrates, recordTree, treeOnRecord } from "./storeCrates.ts";
import { unpackCrate } from "./unpackCrate.ts";

type Declared = {
  readonly crates: readonly LockedCrate[];
  /** Those that the configuration declares. */
  readonly registries: readonly CrateRegistry[];
};

type DownloadOptions = {
  readonly workspaceDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Default: no other machine is asked. */
  readonly bring?: Bring | undefined;
};

/**
 * Downloads the crates of registries whose address the configuration gives, verifies them against the lock and puts
 * them into the store, where vendoring finds them. Cargo and its settings are not asked, nor its credentials.
 *
 * Errors: `registry-config`, `download-failed`, `checksum-mismatch`, `crate-malformed`; those of `fetchCheckout`.
 */
export async function downloadCrates(
  { crates, registries }: Declared,
  store: Store,
  options: DownloadOptions,
): Promise<Result<void>> {
  if (options.offline) return ok();
  for (const registry of registries) {
    const isMissing = (crate: LockedCrate) =>
      crate.source === registry.source && treeOnRecord(crate, store) === undefined;
    if (options.bring) await bringCrates(crates.filter(isMissing), options.bring);
    const missing = crates.filter(isMissing);
    if (missing.length === 0) continue;
    const address = await registryAddress(registry, store, options);
    if (!address.ok) return address;
    const problems = await inParallel(missing, atOnce, (crate) =>
      download(crate, store, { ...options, url: downloadAddress(address.value, crate) }),
    );
    const problem = problems.find((each) => each !== undefined);
    if (problem) return err(problem);
  }
  return ok();
}

/** So many are asked for at once; each is held in memory. */
const atOnce = 4;

/** Downloads one crate into the store; what went wrong, if something did. */
async function download(
  crate: LockedCrate,
  store: Store,
  options: DownloadOptions & { readonly url: string },
): Promise<Diagnostic | undefined> {
  const { url } = options;
  const bytes = await bytesAt(url, options);
  const stem = crateStem(crate);
  if (!bytes.ok) {
    const { code, causes, notes } = bytes.error;
    if (code === "interrupted") return bytes.error;
    return diagnostic("download-failed", `cannot download \`${stem}\` from \`${redact(url)}\``, {
      causes,
      notes: [...notes, "the address comes from `appendCrateRegistries` in the configuration"],
      help: ["check it; a registry that asks for a token is left to Cargo: leave it out there"],
    });
  }
  const found = digestOf(bytes.value);
  if (found !== crate.checksum) {
    return diagnostic("checksum-mismatch", `the download of \`${stem}\` is not what \`Cargo.lock\` pins`, {
      notes: [`it came from \`${redact(url)}\``, `expected ${crate.checksum}`, `found    ${found}`],
    });
  }
  const tree = await unpackCrate(crate, bytes.value, store);
  if (!tree.ok) return tree.error;
  recordTree(crate, tree.value, store);
  return undefined;
}

/** The `dl` of a registry. Errors: `registry-config`; those of `fetchCheckout`. */
async function registryAddress(
  registry: CrateRegistry,
  store: Store,
  options: DownloadOptions,
): Promise<Result<string>> {
  if ("downloadUrl" in registry) return ok(registry.downloadUrl);
  if ("configUrl" in registry) {
    const { configUrl, configSha256 } = registry;
    const bytes = await bytesAt(configUrl, options);
    if (!bytes.ok && bytes.error.code === "interrupted") return bytes;
    if (!bytes.ok) return err(unusable(configUrl, bytes.error.causes.join("; ")));
    const found = digestOf(bytes.value);
    if (configSha256 !== undefined && found !== configSha256)
      return err(unusable(configUrl, `expected the digest ${configSha256}, found ${found}`));
    return addressIn(bytes.value.toString("utf8"), configUrl);
  }
  const { index, rev } = registry;
  const source = { kind: "git", url: index, reference: { kind: "default" }, commit: rev } as const;
  const wanted = { wantedBy: redact(index), wantedAs: "registry" } as const;
  const tree = await fetchCheckout(source, store, { ...options, ...wanted });
  if (!tree.ok) return tree;
  const file = `${store.pathOf(tree.value)}/config.json`;
  if (!existsSync(file)) return err(unusable(index, `commit ${rev} has no \`config.json\``));
  return addressIn(readFileSync(file, "utf8"), index);
}

function addressIn(text: string, from: string): Result<string> {
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config === "object" && config !== null && "dl" in config && typeof config.dl === "string")
      return ok(config.dl);
  } catch {
    return err(unusable(from, "it is not JSON"));
  }
  return err(unusable(from, "it has no `dl`"));
}

function unusable(from: string, cause: string): Diagnostic {
  return diagnostic(
    "registry-config",
    `the configuration of the registry at \`${redact(from)}\` cannot be used`,
    {
      causes: [cause],
      help: ["name the address itself: crane.registryFromDownloadUrl({ indexUrl, dl })"],
    },
  );
}

/**
 * Where a crate is downloaded from, by the `dl` of its registry's `config.json`: with placeholders, or the beginning
 * of an address (The Cargo Book, "Index Format").
 */
export function downloadAddress(dl: string, { name, version, checksum }: LockedCrate): string {
  const values: Readonly<Record<string, string>> = {
    crate: name,
    version,
    prefix: prefixOf(name),
    lowerprefix: prefixOf(name.toLowerCase()),
    "sha256-checksum": checksum,
  };
  const placeholder = /\{(crate|version|prefix|lowerprefix|sha256-checksum)\}/g;
  const template =
    dl.search(placeholder) === -1 ? `${dl.replace(/\/+$/, "")}/{crate}/{version}/download` : dl;
  return template.replace(placeholder, (_, key: string) => values[key] ?? "");
}

/** The directory of a crate in an index: `1`, `2`, `3/a`, `se/rd`. */
function prefixOf(name: string): string {
  if (name.length <= 2) return String(name.length);
  return name.length === 3 ? `3/${name.slice(0, 1)}` : `${name.slice(0, 2)}/${name.slice(2, 4)}`;
}

/** What lies at an address. Errors: those of `downloadBytes`. */
async function bytesAt(url: string, { env, signal }: DownloadOptions): Promise<Result<Buffer>> {
  const bytes = await downloadBytes(url, { env, signal: signal ?? never, limit: longest });
  if (!bytes.ok) return bytes;
  return bytes.value
    ? ok(bytes.value)
    : err(diagnostic("download-failed", url, { causes: ["the server answered 404 Not Found"] }));
}

/** In bytes; each is held in memory. Crates of crates.io have at most 10 MB, other registries allow more. */
const longest = 512 * 1024 ** 2;

const never = new AbortController().signal;
