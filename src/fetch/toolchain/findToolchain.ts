import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseToml } from "../../cargo/toml/toml.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";

/**
 * The directory of the installed toolchain that a request means, found as rustup finds it, without running it.
 *
 * Errors: `toolchain-missing` with the command that installs it.
 */
export function findToolchain(request: ToolchainRequest, env: NodeJS.ProcessEnv): Result<string> {
  const rustup = env.RUSTUP_HOME || `${env.HOME}/.rustup`;
  const installed = existsSync(`${rustup}/toolchains`) ? readdirSync(`${rustup}/toolchains`).sort() : [];
  const wanted = request.channel ?? (env.RUSTUP_TOOLCHAIN || defaultToolchain(rustup));
  const name = wanted && matching(wanted, installed);
  if (name) return ok(realpathSync(`${rustup}/toolchains/${name}`));
  const onPath = request.channel === undefined ? sysrootOnPath(env.PATH ?? "") : undefined;
  return onPath ? ok(onPath) : err(missing(request, wanted, installed));
}

/** A channel as written (`1.95.0`), or a toolchain's full name (`1.95.0-x86_64-unknown-linux-gnu`). */
function matching(wanted: string, installed: readonly string[]): string | undefined {
  const full = `${wanted}-${hostTriple()}`;
  const exact = installed.find((name) => name === wanted || name === full);
  if (exact || !/^\d+\.\d+$/.test(wanted)) return exact;
  // `1.95` means the newest `1.95.x`.
  return installed.findLast((name) => name.startsWith(`${wanted}.`) && name.endsWith(hostTriple()));
}

function defaultToolchain(rustup: string): string | undefined {
  try {
    const settings = parseToml("settings.toml", readFileSync(`${rustup}/settings.toml`, "utf8"));
    const name = settings.ok ? settings.value.table.default_toolchain : undefined;
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
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

function missing(request: ToolchainRequest, wanted: string | undefined, installed: readonly string[]) {
  if (!wanted) {
    return diagnostic("toolchain-missing", "no Rust toolchain found", {
      notes: ["searched: rustup's toolchains, and `rustc` on the `PATH` outside `/usr`"],
      help: ["install rustup from https://rustup.rs, then: rustup toolchain install stable"],
    });
  }
  const components = request.components.flatMap((component) => ["--component", component]);
  const targets = request.targets.flatMap((target) => ["--target", target]);
  return diagnostic("toolchain-missing", `toolchain \`${wanted}\` is not installed`, {
    notes: [installed.length > 0 ? `installed: ${installed.join(", ")}` : "rustup has no toolchains"],
    help: [["rustup", "toolchain", "install", wanted, ...components, ...targets].join(" ")],
  });
}

const machines: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** The target triple of this machine, as Rust's toolchains are named. */
export function hostTriple(arch: string = process.arch): string {
  return `${machines[arch] ?? arch}-unknown-linux-gnu`;
}
