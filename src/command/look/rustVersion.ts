import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Requirement } from "../../cargo/manifest/rustVersion.ts";
import { olderCompilerHelp } from "../../cargo/plan/planFailure.ts";
import { compareVersions } from "../../cargo/versions.ts";
import { installedRelease } from "../../fetch/toolchain/installedToolchain.ts";

type TooOld = {
  /** `rust-version`, as a build would end with it. */
  readonly problem: Diagnostic;
  /** Each package that requires something requires a newer one. */
  readonly isForAll: boolean;
};

/**
 * What a toolchain is too old for; undefined if for nothing, or if it is not known which release it is of.
 *
 * @param name as rustup calls it; it tells the release of one that is not there yet
 * @param directory where it lies; absent: it is not there yet
 */
export async function tooOldFor(
  requirements: readonly Requirement[],
  { name, directory }: { readonly name: string; readonly directory?: string },
): Promise<TooOld | undefined> {
  if (requirements.length === 0) return undefined;
  const said = directory === undefined ? name : installedRelease(directory) || (await versionOf(directory));
  const release = /^(?:rustc )?(\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (release === undefined) return undefined;
  // Cargo, too, takes a nightly or beta compiler for the release that it becomes.
  const newer = requirements.filter(({ version }) => compareVersions(version, release) > 0);
  if (newer.length === 0) return undefined;
  const versions = [...new Set(newer.map(({ version }) => version))].sort(compareVersions);
  const wanted = versions.map((version) => required(newer, version));
  return {
    problem: diagnostic("rust-version", `${wanted.join(", ")}, and the toolchain is ${release}`, {
      help: olderCompilerHelp,
    }),
    isForAll: newer.length === requirements.length,
  };
}

function required(requirements: readonly Requirement[], version: string): string {
  const names = requirements.flatMap((each) => (each.version === version ? [each.name] : []));
  const who = names.length > 4 ? `${names.length} packages` : backticked(names);
  return `${who} ${names.length === 1 ? "requires" : "require"} Rust ${version}`;
}

/** What the compiler of a toolchain that did not come by rustup says of itself: empty where it does not run, which others tell. */
async function versionOf(directory: string): Promise<string> {
  const { execa } = await import("execa");
  const { failed, stdout } = await execa(`${directory}/bin/rustc`, ["--version"], { reject: false });
  return failed ? "" : stdout;
}
