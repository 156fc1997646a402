import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { canonical } from "../../base/digest.ts";
import { hasLinker, platformVariable } from "../../crane/tools/crossToolchain.ts";
import type { Derivation } from "../../derivation/model.ts";
import { inputsOf } from "../../derivation/steps.ts";

/** A step that is going to link, and Cargo's settings that it sees. */
type Linking = {
  readonly derivation: Derivation;
  readonly settings: readonly string[];
  /** The platforms of what has to be linked. */
  readonly platforms: readonly string[];
  readonly host: string;
};

/**
 * `linker-missing`, where a step is going to link for a platform for which no linker is known, and nothing in the step names
 * one. It is known before the dependencies are compiled, and the linker would complain of files that it does not know.
 */
export function missingLinker({ derivation, settings, platforms, host }: Linking): Diagnostic | undefined {
  if (!host.includes("linux")) return undefined;
  const platform = platforms.find((each) => each !== host && !hasLinker(each, host));
  if (platform === undefined) return undefined;
  const { env, phases, targetDirectory } = derivation;
  const words = canonical([
    env,
    phases.map((phase) => ({ ...phase })),
    targetDirectory?.plans ?? [],
    settings,
  ]);
  // A file that describes a platform names its linker, too.
  if (/linker|link-arg|link-self-contained|xwin|zig|\.json\b/i.test(words)) return undefined;
  const usual = platform.endsWith("-msvc") ? "link.exe" : "cc";
  if (inputsOf(derivation).some((input) => input.type === "native" && input.bins.includes(usual)))
    return undefined;
  return diagnostic("linker-missing", `nothing is known to link for \`${platform}\` on this machine`, {
    notes: [note(platform)],
    help: help(platform),
  });
}

function note(platform: string): string {
  return platform.endsWith("-msvc")
    ? "Rust links for it with `link.exe` of Visual Studio, which Linux has not"
    : "this machine's own compiler links for this machine alone";
}

function help(platform: string): string[] {
  const below = `in \`.cargo/config.toml\` below [target.${platform}]`;
  const other = `or in \`env\`: ${platformVariable(platform, "LINKER")}`;
  if (platform.endsWith("-msvc")) {
    const gnu = platform.replace(/-msvc$/, "-gnu");
    return [
      ...(platform.startsWith("x86_64-")
        ? [`build for \`${gnu}\`, which MinGW links for: --target ${gnu}`]
        : []),
      `with a linker of your own, name it ${below}: linker = "…", ${other}`,
    ];
  }
  if (platform.includes("-linux-musl"))
    return [
      `where no crate compiles C, Rust has a linker of its own: ${below}: linker = "rust-lld"`,
      `where some do, name a cross compiler there instead, ${other}, and declare its package in \`nativeBuildInputs\``,
    ];
  return [
    `install a cross compiler, name it ${below}: linker = "…", ${other}, and declare its package in \`nativeBuildInputs\``,
  ];
}
