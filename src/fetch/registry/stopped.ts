import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";

/** `interrupted`: the user stopped fetching, vendoring, or the copying of what the host has. */
export function stopped(): Diagnostic {
  return diagnostic("interrupted", "interrupted", { notes: ["what was finished is kept"] });
}
