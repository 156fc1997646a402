import type { Diagnostic } from "../../src/base/diagnostic.ts";
import type { Result } from "../../src/base/result.ts";

/** An error as one would see it: code, message, `file:line:column`, the underlined text, the label. */
export function shownError(result: Result<unknown>): string {
  if (result.ok) throw new Error(`no error, but ${JSON.stringify(result.value)}`);
  return shown(result.error);
}

function shown({ code, message, place }: Diagnostic): string {
  const head = `error[${code}]: ${message}`;
  if (!place) return head;
  const { file, line, column, length = 1, text = "", label = "" } = place;
  return `${head}\n  --> ${file}:${line}:${column}\n${text}\n${" ".repeat(column - 1)}${"^".repeat(length)} ${label}`.trimEnd();
}
