import { mkdirSync, writeFileSync } from "node:fs";
import { stringify } from "smol-toml";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { errorChain } from "../../cargo/plan/planFailure.ts";
import { redact } from "../../cargo/redact.ts";
import { isCratesIo, type LockedCrate } from "../lockedPackage.ts";
import { type Progress, stopped } from "../progress.ts";

type FetchOptions = {
  /** Where Cargo runs: a directory of the user's workspace. */
  readonly workspaceDir: string;
  /** The user's own environment, so that registries, mirrors, proxies and credentials work. */
  readonly env: NodeJS.ProcessEnv;
  /** How many crates are to come, for progress. */
  readonly missing: number;
  readonly emit: (event: Progress) => void;
  /** What has the lock, if that is not the workspace; its lock may be changed. Default: the workspace. */
  readonly manifest?: string | undefined;
  /** What Cargo is told besides. Default: nothing. */
  readonly cargoArguments?: readonly string[];
  /** Stops Cargo when aborted. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Has Cargo download what the lock names and its cache lacks, for all targets (`cargo fetch --locked`).
 *
 * Errors: `cargo-missing`, `lock-stale`, `toolchain-missing`, `registry-auth`, `fetch-failed`, `interrupted`.
 */
export async function fetchCrates(options: FetchOptions): Promise<Result<void>> {
  const { workspaceDir, env, missing, emit, signal, manifest, cargoArguments = [] } = options;
  const which = manifest === undefined ? ["--locked"] : ["--manifest-path", manifest];
  const report = (done: number) => emit({ type: "progress", what: "fetch", done, total: missing });
  const { execa } = await import("execa");
  const cargo = execa("cargo", ["fetch", ...which, ...cargoArguments], {
    cwd: workspaceDir,
    env: { ...env, CARGO_TERM_COLOR: "never", CARGO_TERM_QUIET: "false", CARGO_TERM_PROGRESS_WHEN: "never" },
    extendEnv: false,
    stdin: "ignore",
    stdout: "ignore",
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  report(0);
  const lines: string[] = [];
  let done = 0;
  for await (const line of cargo.iterable({ from: "stderr" })) {
    lines.push(line);
    // Cargo may download more: what the store has and its cache lacks, and what a made package needs besides.
    if (/^\s*Downloaded /.test(line) && done < missing) report(++done);
  }
  const { exitCode, code, isCanceled, signal: killedBy } = await cargo;
  if (exitCode === 0) return ok();
  // On a terminal Ctrl-C reaches Cargo, too, perhaps before it reaches us.
  if (isCanceled || killedBy === "SIGINT") return err(stopped());
  return err(code === "ENOENT" ? cargoMissing() : explainFetchFailure(lines, env));
}

/**
 * Has Cargo say, without asking any server, that the lock is not that of the manifests. What a stale lock names may lie on
 * a server that does not answer, and Cargo refuses the lock without asking it.
 *
 * Errors: `lock-stale`. Whatever else Cargo has to say is passed over: it cannot know much before things are fetched.
 */
export async function refuseStaleLock({
  workspaceDir,
  env,
  signal,
}: Pick<FetchOptions, "workspaceDir" | "env" | "signal">): Promise<Result<void>> {
  const { execa } = await import("execa");
  const { stderr } = await execa("cargo", ["metadata", "--locked", "--offline", "--format-version=1"], {
    cwd: workspaceDir,
    env: { ...env, CARGO_TERM_COLOR: "never" },
    extendEnv: false,
    stdin: "ignore",
    stdout: "ignore",
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  const lines = (stderr ?? "").split("\n");
  return isStale(lines.join("\n")) ? err(explainFetchFailure(lines, env)) : ok();
}

function isStale(text: string): boolean {
  return /lock file .* (needs to be updated but|because) --locked was passed/.test(text);
}

function cargoMissing() {
  return diagnostic("cargo-missing", "`cargo` not found on `PATH`", {
    help: ["install Rust from https://rustup.rs, or enter an environment that has it"],
  });
}

type FetchPackage = {
  /** What `cargo fetch` shall download. */
  readonly dependencies: readonly LockedCrate[];
  /**
   * All that the lock pins: what the dependencies need in turn is taken from it, also where it was yanked. Default: no
   * lock is written.
   */
  readonly locked?: readonly LockedCrate[];
};

/**
 * Writes a package that depends on crates which no workspace's lock names, so that Cargo can be had to download
 * them, with all that the user configured: mirrors, proxies, credentials.
 *
 * @param directory empty
 * @returns the path of its manifest
 */
export function writeFetchPackage(directory: string, { dependencies, locked }: FetchPackage): string {
  const named = dependencies.map((crate, index) => [`crate-${index}`, dependencyOn(crate)]);
  const manifest = writePackage(directory, "gantry-fetch", Object.fromEntries(named));
  if (locked)
    writeFileSync(`${directory}/Cargo.lock`, stringify({ version: 4, package: locked.map(lockEntry) }));
  return manifest;
}

/**
 * Writes a package for Cargo alone, with nothing in it but dependencies, in a workspace of its own.
 *
 * @param directory empty
 * @returns the path of its manifest
 */
export function writePackage(
  directory: string,
  name: string,
  dependencies: Readonly<Record<string, object>>,
): string {
  const manifest = `${directory}/Cargo.toml`;
  mkdirSync(`${directory}/src`);
  writeFileSync(`${directory}/src/lib.rs`, "");
  const own = { name, version: "0.0.0", edition: "2021" };
  writeFileSync(manifest, stringify({ package: own, dependencies, workspace: {} }));
  return manifest;
}

/** Without its features: they would only bring more dependencies. Under another name, as two versions may be wanted. */
function dependencyOn({ name, version, source }: LockedCrate) {
  const index = source.replace(/^registry\+/, "");
  return {
    package: name,
    version: `=${version.replace(/\+.*$/, "")}`,
    "default-features": false,
    ...(!isCratesIo(source) && { "registry-index": index }),
  };
}

function lockEntry({ name, version, source, checksum }: LockedCrate) {
  return { name, version, source, checksum };
}

/**
 * What the standard error of a failed `cargo fetch --locked` means (wording of Cargo 1.95, for the stale
 * lock of earlier ones, too, and of rustup 1.29). Cargo's own words become the causes, without credentials: those of
 * URLs, and those in `env`.
 *
 * Gives `lock-stale`, `toolchain-missing`, `registry-auth` or `fetch-failed`.
 */
export function explainFetchFailure(stderr: readonly string[], env: NodeJS.ProcessEnv = {}): Diagnostic {
  const lines = stderr.map((line) => withoutTokens(line, env));
  const text = lines.join("\n");
  const causes = errorChain(lines);
  if (isStale(text)) {
    return diagnostic("lock-stale", "`Cargo.lock` does not agree with the manifests", {
      // That it was to be left as it is, Gantry said and not the user.
      causes: causes.filter((cause) => !leftAsItIs.test(cause)),
      help: ["cargo update --workspace", "or, if there is no lock yet: cargo generate-lockfile"],
    });
  }
  const toolchain = /toolchain '([^']+)' is not installed/.exec(text)?.[1];
  if (toolchain !== undefined) {
    return diagnostic("toolchain-missing", `toolchain \`${toolchain}\` is not installed`, {
      notes: ["rustup starts it in this project, also as the Cargo that downloads crates"],
      help: [`rustup toolchain install ${toolchain}`],
    });
  }
  const refusal = explainRefusal(text, causes);
  if (refusal) return refusal;
  const host = unreachableHost(text);
  if (host !== undefined) {
    return diagnostic("fetch-failed", `cannot download crates from \`${host}\``, {
      causes,
      help: [
        "check the network and the proxy (`HTTPS_PROXY`, `http.proxy` in `.cargo/config.toml`), then: cargo fetch --locked",
      ],
    });
  }
  return diagnostic("fetch-failed", "`cargo fetch --locked` failed", {
    causes,
    help: ["run it by itself until it succeeds: cargo fetch --locked"],
  });
}

const leftAsItIs =
  /^(?:cannot update )?the lock file .* (?:needs to be updated but|because) --locked was passed/;

function unreachableHost(text: string): string | undefined {
  return (
    /Could not resolve (?:host|proxy): ([^\s)]+)/.exec(text)?.[1] ??
    /(?:failed to (?:download|fetch)|Unable to update|error inspecting).*?https?:\/\/(?:[^/@\s]*@)?([^/\s`'"]+)/i.exec(
      text,
    )?.[1]
  );
}

/**
 * `registry-auth`: a registry that wants to know who asks, in the standard error of a failed `cargo fetch` (wording
 * of Cargo 1.95). undefined where something else failed.
 *
 * @param text without credentials
 * @param causes the same, as Cargo's chain of errors
 */
function explainRefusal(text: string, causes: readonly string[]): Diagnostic | undefined {
  const registry =
    /token (?:found|rejected) for `([^`]+)`/.exec(text)?.[1] ??
    [...text.matchAll(/Updating `([^`]+)` index/g)].at(-1)?.[1];
  const shown = registry === undefined ? "a registry" : `the registry \`${registry}\``;
  const message = refusalOf(text, shown);
  if (message === undefined) return undefined;
  const crate = /failed to get `([^`]+)`/.exec(text)?.[1];
  return diagnostic("registry-auth", message, {
    causes,
    notes: [
      ...(crate === undefined ? [] : [`\`${crate}\` was asked for`]),
      "crates are fetched outside the sandbox, with the credentials that Cargo has; the build sees none of them",
    ],
    help: remedies(registry),
  });
}

function refusalOf(text: string, registry: string): string | undefined {
  if (text.includes("require a credential-provider to be configured"))
    return `${registry} asks for a token, and Cargo has no credential provider for it`;
  if (text.includes("no token found for")) return `there is no token for ${registry}`;
  if (/credential provider `[^`]*` failed/.test(text))
    return `the credential provider for ${registry} failed`;
  const status = /\bgot (401|403)\b/.exec(text)?.[1];
  if (status === undefined && !text.includes("token rejected for")) return undefined;
  return `${registry} refuses the token (${status ?? "401"})`;
}

function remedies(registry: string | undefined): string[] {
  if (registry === undefined || !/^[\w-]+$/.test(registry)) return ["log in: cargo login --registry NAME"];
  const variable = `CARGO_REGISTRIES_${registry.toUpperCase().replaceAll("-", "_")}`;
  return [
    `log in: cargo login --registry ${registry}`,
    `or, as in CI, set \`${variable}_TOKEN\`, and \`${variable}_CREDENTIAL_PROVIDER=cargo:token\` where no provider is configured`,
    "then: cargo fetch --locked",
  ];
}

/**
 * A line of Cargo's without credentials: those in URLs, the tokens in the environment, which a server may send back,
 * and the arguments of a credential provider, which may be a token, too.
 */
function withoutTokens(line: string, env: NodeJS.ProcessEnv): string {
  const tokens = Object.entries(env).flatMap(([name, value]) =>
    value && /^CARGO_REGISTR(Y|IES_.+)_(TOKEN|SECRET_KEY)$/.test(name) ? [value] : [],
  );
  const plain = tokens.reduce((text, token) => text.replaceAll(token, "***"), redact(line));
  return plain.replace(/(credential provider `[^`\s]+) [^`]*/, "$1 …");
}
