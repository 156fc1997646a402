import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";

/** `interrupted`: the user stopped fetching or vendoring. */
export function stopped(): Diagnostic {
  return diagnostic("interrupted", "interrupted", { notes: ["the crates that had been unpacked are kept"] });
}
