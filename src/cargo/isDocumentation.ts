import type { Artifact } from "./message.ts";

/** Whether rustdoc wrote it: Cargo names the start page, `…/doc/serde/index.html` (seen with Cargo 1.95). */
export function isDocumentation({ filenames }: Artifact): boolean {
  return filenames.length > 0 && filenames.every((file) => file.endsWith("/index.html"));
}
