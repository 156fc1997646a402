import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";

/** What a step that was stopped by the user returns. The command line turns it into exit status 130. */
export function interrupted(): Diagnostic {
  return diagnostic("interrupted", "interrupted", { notes: ["what had been built is kept"] });
}
