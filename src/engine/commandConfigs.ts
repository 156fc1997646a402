import type { ConfigFile } from "../cargo/parseConfig.ts";
import type { Derivation } from "../derivation/derivation.ts";
import { configurationFlags } from "./configurationFlags.ts";

/**
 * What a step's variables and arguments configure of Cargo, as files would that lie at the source's root: to find out
 * what they name. Each stands alone, so that one that is no TOML spoils no other.
 *
 * @example
 * commandConfigs({ env: { RUSTC_WRAPPER: "tools/wrap.sh" } }) // [{ …, text: 'build.rustc-wrapper = "tools/wrap.sh"' }]
 */
export function commandConfigs({ env, target }: Pick<Derivation, "env" | "target">): ConfigFile[] {
  const settings = configurationFlags(target?.plans ?? []).flatMap(
    (flag) => /^--config (.*)$/s.exec(flag)?.[1] ?? [],
  );
  const texts = [...Object.entries(env).map(([name, value]) => settingOf(name, value)), ...settings];
  return texts.map((text) => ({ file: ".cargo/config.toml", text }));
}

/** `CARGO_ENCODED_RUSTFLAGS` has its words between U+001F, others between blanks. Escapes are those of JSON in TOML. */
function settingOf(name: string, value: string): string {
  const text = JSON.stringify(value.replaceAll("\x1f", " "));
  if (/RUST(DOC)?FLAGS$/.test(name)) return `build.rustflags = ${text}`;
  if (/(WRAPPER|LINKER|^RUSTC|^RUSTDOC)$/.test(name)) return `build.rustc-wrapper = ${text}`;
  return `env.${JSON.stringify(name)} = ${text}`;
}
