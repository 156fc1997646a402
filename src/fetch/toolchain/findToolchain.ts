import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { isRecord } from "../../base/digest.ts";
import { nearest } from "../../base/nearest.ts";
import { homeOf, isWithin } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseChannel } from "../../cargo/config/channel.ts";
import { parseToolchainFile, unusedKeys } from "../../cargo/config/toolchainFile.ts";
import { parseToml } from "../../cargo/toml/toml.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import { textOf } from "../../tree/files.ts";

/** What of a project says which toolchain it has. Paths are absolute. */
type ToolchainPlace = {
  readonly root: string;
  /** `rust-toolchain` or `rust-toolchain.toml`. */
  readonly toolchainFile?: string;
};

/**
 * The request with the channel that rustup starts in the project, where it names none: `RUSTUP_TOOLCHAIN`, which
 * `cargo +X` sets; then the nearer of `rustup override set` and the toolchain file. Without any of them it names none, and
 * means rustup's default (rustup 1.29).
 *
 * What the file asks for besides holds for its own toolchain. Of another, its targets are taken where they are installed.
 *
 * Errors: those of `parseToolchainFile`; `toolchain-file-missing`; `toolchain-missing` for what goes before the file.
 */
export function wantedToolchain(
  request: ToolchainRequest,
  project: ToolchainPlace,
  env: NodeJS.ProcessEnv,
): Result<ToolchainRequest> {
  const file = describedToolchain(request, project);
  if (request.channel !== undefined || request.isHost || request.file !== undefined) return file;
  const before = namedBefore(project, env);
  if (before === undefined) return file;
  const own = { ...request, channel: before.channel };
  const directory = findToolchain(own, env);
  if (!directory.ok) {
    const { error } = directory;
    return err({ ...error, notes: [`${before.by} names it`, ...error.notes] });
  }
  if (!file.ok) return ok(own);
  const filed = findToolchain(file.value, env);
  if (filed.ok && filed.value === directory.value) return ok({ ...file.value, channel: before.channel });
  const installed = file.value.targets.filter((target) => hasTarget(directory.value, target));
  return ok({ ...own, targets: [...new Set([...own.targets, ...installed])] });
}

/** What goes before the toolchain file, and who says so. */
function namedBefore({ root, toolchainFile }: ToolchainPlace, env: NodeJS.ProcessEnv) {
  if (env.RUSTUP_TOOLCHAIN) return { channel: env.RUSTUP_TOOLCHAIN, by: "`RUSTUP_TOOLCHAIN`" };
  const overrides = rustupSettings(env).overrides;
  if (!isRecord(overrides)) return undefined;
  const file = toolchainFile === undefined ? "" : realpathSync(dirname(toolchainFile));
  const [nearest] = Object.entries(overrides)
    .filter(([directory]) => isWithin(realpathSync(root), directory) && directory.length >= file.length)
    .sort(([a], [b]) => b.length - a.length);
  const [directory, channel] = nearest ?? [];
  return typeof channel === "string" ? { channel, by: `\`rustup override\` of \`${directory}\`` } : undefined;
}

/**
 * The request with what the project's own files say, which is the same for everybody: the channel of its toolchain file, where
 * it names none. Without such a file it names none, and means whatever rustup's default is.
 *
 * Errors: those of `parseToolchainFile`; `toolchain-file-missing`.
 */
export function describedToolchain(
  request: ToolchainRequest,
  { root, toolchainFile: ofProject }: ToolchainPlace,
): Result<ToolchainRequest> {
  const toolchainFile = request.file === undefined ? ofProject : resolve(root, request.file);
  if (request.channel !== undefined || request.isHost || toolchainFile === undefined) return ok(request);
  const file = relative(root, toolchainFile);
  const text = textOf(toolchainFile);
  if (text === undefined) return err(noFile(file, toolchainFile));
  const parsed = parseToolchainFile(file, text);
  if (!parsed.ok) return parsed;
  const { path, components, platforms, profile } = parsed.value;
  const channel = path ?? parsed.value.channel;
  return ok({
    ...request,
    ...(channel !== undefined && { channel }),
    ...(profile !== undefined && { profile }),
    components: [...request.components, ...components],
    targets: [...request.targets, ...platforms],
  });
}

function noFile(file: string, path: string): Diagnostic {
  return diagnostic("toolchain-file-missing", `there is no toolchain file \`${file}\``, {
    notes: [`location searched: ${path}`],
    help: ["`toolchains.fromFile` takes a path from the project's root"],
    status: 2,
  });
}

/**
 * What of the toolchain file of a request has no effect: its unknown keys, and the whole of it where the older file lies beside
 * it, as for rustup 1.29.
 */
export function toolchainFileWarnings(
  request: Pick<ToolchainRequest, "file">,
  { root, ...project }: ToolchainPlace,
): readonly Diagnostic[] {
  const toolchainFile = request.file === undefined ? project.toolchainFile : resolve(root, request.file);
  const text = toolchainFile === undefined ? undefined : textOf(toolchainFile);
  if (toolchainFile === undefined || text === undefined) return [];
  const file = relative(root, toolchainFile);
  const hidden = basename(file) === "rust-toolchain" && existsSync(`${toolchainFile}.toml`);
  return [...(hidden ? [withoutEffect(file)] : []), ...unusedKeys(file, text)];
}

function withoutEffect(file: string): Diagnostic {
  return diagnostic("toolchain-file-unused", `\`${file}.toml\` has no effect beside \`${file}\``, {
    place: { file: `${file}.toml`, line: 1, column: 1 },
    notes: ["rustup, too, reads the older one"],
    help: ["remove one of them"],
  });
}

/**
 * The environment in which the user's own Cargo is started by rustup as the project's toolchain also where rustup itself
 * has none of that name: to it `1.95` is another toolchain than `1.95.0`.
 */
export function withProjectToolchain(project: ToolchainPlace, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const wanted = wantedToolchain({ components: [], targets: [] }, project, env);
  const channel = wanted.ok ? wanted.value.channel : undefined;
  const name = channel === undefined ? undefined : matching(channel, toolchainsOf(env));
  return name === undefined || name === channel || name === `${channel}-${hostTriple()}`
    ? env
    : { ...env, RUSTUP_TOOLCHAIN: name };
}

/**
 * The directory of the installed toolchain that a request means, found as rustup finds it, without running it.
 *
 * Errors: `toolchain-missing` with the command that installs it.
 */
export function findToolchain(request: ToolchainRequest, env: NodeJS.ProcessEnv): Result<string> {
  const installed = toolchainsOf(env);
  const wanted = request.channel ?? defaultToolchain(env);
  if (wanted?.startsWith("/")) {
    return existsSync(`${wanted}/bin/rustc`) ? ok(realpathSync(wanted)) : err(notAt(wanted));
  }
  const name = wanted && matching(wanted, installed);
  if (name) return ok(realpathSync(`${rustupHome(env)}/toolchains/${name}`));
  const onPath = request.channel === undefined ? sysrootOnPath(env.PATH ?? "") : undefined;
  return onPath ? ok(onPath) : err(missing(request, wanted, installed));
}

function rustupHome(env: NodeJS.ProcessEnv): string {
  return env.RUSTUP_HOME || `${homeOf(env)}/.rustup`;
}

function toolchainsOf(env: NodeJS.ProcessEnv): readonly string[] {
  const directory = `${rustupHome(env)}/toolchains`;
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

/** A channel as written (`1.95.0`), or a toolchain's full name (`1.95.0-x86_64-unknown-linux-gnu`). */
function matching(wanted: string, installed: readonly string[]): string | undefined {
  const full = `${wanted}-${hostTriple()}`;
  const exact = installed.find((name) => name === wanted || name === full);
  if (exact || !/^\d+\.\d+$/.test(wanted)) return exact;
  // `1.95` means the newest `1.95.x`.
  const patchOf = (name: string): number => {
    const version = name.endsWith(`-${hostTriple()}`) ? name.slice(0, -hostTriple().length - 1) : "";
    return version.startsWith(`${wanted}.`) ? Number(version.slice(wanted.length + 1)) : Number.NaN;
  };
  return installed
    .filter((name) => !Number.isNaN(patchOf(name)))
    .sort((a, b) => patchOf(a) - patchOf(b))
    .at(-1);
}

function defaultToolchain(env: NodeJS.ProcessEnv): string | undefined {
  const name = rustupSettings(env).default_toolchain;
  return typeof name === "string" ? name : undefined;
}

/** None where the file cannot be read. */
function rustupSettings(env: NodeJS.ProcessEnv): Readonly<Record<string, unknown>> {
  try {
    const settings = parseToml("settings.toml", readFileSync(`${rustupHome(env)}/settings.toml`, "utf8"));
    return settings.ok ? settings.value.table : {};
  } catch {
    return {};
  }
}

/** Without rustup: the prefix that `rustc` on the `PATH` was installed under. A rustup proxy does not count. */
function sysrootOnPath(path: string): string | undefined {
  for (const directory of path.split(":")) {
    const rustc = `${directory}/rustc`;
    if (!existsSync(rustc) || existsSync(`${directory}/rustup`)) continue;
    const prefix = dirname(dirname(realpathSync(rustc)));
    if (prefix !== "/usr" && existsSync(`${prefix}/lib/rustlib`)) return prefix;
  }
  return undefined;
}

function notAt(directory: string): Diagnostic {
  return diagnostic("toolchain-missing", `there is no toolchain in \`${directory}\``, {
    notes: [`location searched: ${directory}/bin/rustc`],
    help: ["correct `toolchain.path` of `rust-toolchain.toml`, or `RUSTUP_TOOLCHAIN`"],
  });
}

function missing(request: ToolchainRequest, wanted: string | undefined, installed: readonly string[]) {
  if (!wanted) {
    return diagnostic("toolchain-missing", "no Rust toolchain found", {
      notes: ["searched: rustup's toolchains, and `rustc` on the `PATH` outside `/usr`"],
      help: ["install rustup from https://rustup.rs, then: rustup toolchain install stable"],
    });
  }
  if (!parseChannel(wanted, hostTriple())) return noChannel(wanted, installed);
  const components = request.components.flatMap((component) => ["--component", component]);
  const targets = allTargets(request).flatMap((target) => ["--target", target]);
  return diagnostic("toolchain-missing", `toolchain \`${wanted}\` is not installed`, {
    notes: [installed.length > 0 ? `installed: ${installed.join(", ")}` : "rustup has no toolchains"],
    help: [["rustup", "toolchain", "install", wanted, ...components, ...targets].join(" ")],
  });
}

/** Rustup can install no toolchain of such a name. */
function noChannel(wanted: string, installed: readonly string[]): Diagnostic {
  const names = installed.map((name) => name.replace(`-${hostTriple()}`, ""));
  const [, track = wanted, day = ""] = /^(\D+?)(-\d{4}-\d{2}-\d{2})?$/.exec(wanted) ?? [];
  const channel = nearest(track, ["stable", "beta", "nightly"]);
  const meant = channel === undefined ? nearest(wanted, names) : `${channel}${day}`;
  return diagnostic(
    "toolchain-missing",
    `toolchain \`${wanted}\` is not installed, and is no release of Rust`,
    {
      notes: [installed.length > 0 ? `installed: ${installed.join(", ")}` : "rustup has no toolchains"],
      help: [
        meant === undefined
          ? `releases are \`stable\`, \`beta\`, \`nightly-2026-05-15\`, \`1.95.0\`; one of your own: rustup toolchain link ${wanted} DIR`
          : `did you mean \`${meant}\`?`,
      ],
    },
  );
}

/** The platforms whose standard library a toolchain shall have, besides that of this machine. */
export function allTargets({ targets, platforms = [] }: ToolchainRequest): readonly string[] {
  return [...new Set([...targets, ...platforms])];
}

/** Whether a toolchain has the standard library of a platform. */
export function hasTarget(directory: string, triple: string): boolean {
  return existsSync(`${directory}/lib/rustlib/${triple}`);
}

/** This machine's kind of processor, as Rust names it: `x86_64`. */
export function hostArchitecture(): string {
  return architectures[process.arch] ?? process.arch;
}

const architectures: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** The platform of this machine, as Rust's toolchains are named: `x86_64-unknown-linux-gnu`. */
export function hostTriple(): string {
  return `${hostArchitecture()}-unknown-linux-gnu`;
}
