import { parse, TomlError } from "smol-toml";
import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { redact } from "./redact.ts";
import type { TomlDocument } from "./toml.ts";

/**
 * Reads TOML. `file` is the name that diagnostics show.
 *
 * Errors: `toml-syntax`, with the place and its line.
 *
 * @example
 * const document = parseToml("Cargo.toml", text);
 * if (document.ok) document.value.table.package;
 */
export function parseToml(file: string, text: string): Result<TomlDocument> {
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  try {
    const table = parse(plain, { integersAsBigInt: "asNeeded" });
    return ok({ file, text: plain, table });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    const line = (plain.split("\n")[error.line - 1] ?? "").replace(/\r$/, "");
    return err(
      diagnostic("toml-syntax", `\`${file}\` is not valid TOML: ${reason}`, {
        place: { file, line: error.line, column: error.column, length: 1, text: redact(line), label: reason },
        help: /^(<<<<<<<|=======|>>>>>>>)/.test(line) ? ["resolve the merge conflict: git status"] : [],
      }),
    );
  }
}
