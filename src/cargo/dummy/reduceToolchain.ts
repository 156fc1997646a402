import { ok, type Result } from "../../base/result.ts";
import { canonicalToml } from "../canonicalToml.ts";
import { parseToml } from "../parseToml.ts";

/**
 * A `rust-toolchain(.toml)` in one form, for where rustup's proxies read it. The old form is a bare channel.
 */
export function reduceToolchain(file: string, text: string): Result<string> {
  if (!file.endsWith(".toml") && /^\s*[\w.-]+\s*$/.test(text)) return ok(`${text.trim()}\n`);
  const document = parseToml(file, text);
  return document.ok ? ok(canonicalToml(document.value.table)) : document;
}
