import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export type TreeEntry = string | Uint8Array | { readonly link: string } | { readonly script: string };

/** A temporary directory with these files, gone at the end of `using`. */
export function tree(entries: Readonly<Record<string, TreeEntry>>): Disposable & { readonly path: string } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "gantry-project-")));
  chmodSync(path, 0o755);
  for (const [name, entry] of Object.entries(entries)) {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof entry === "string" || entry instanceof Uint8Array) writeFileSync(file, entry);
    else if ("link" in entry) symlinkSync(entry.link, file);
    else writeFileSync(file, entry.script, { mode: 0o755 });
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
