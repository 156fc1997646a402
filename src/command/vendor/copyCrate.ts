import { constants, copyFileSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";

/**
 * Files about git would change what git does with a vendor directory that is committed; `cargo vendor` (1.95)
 * omits them.
 */
const aboutGit: ReadonlySet<string> = new Set([".gitattributes", ".gitignore"]);

/**
 * A package's `.cargo-ok` is taken for the mark that Cargo leaves in what it unpacked; `cargo vendor` (1.95) omits
 * it.
 */
const atTheTop: ReadonlySet<string> = new Set([...aboutGit, ".cargo-ok"]);

/**
 * Copies a crate's tree, so that the copy may be edited without harm to the store. Times are those of copying.
 */
export function copyCrate(tree: string, destination: string): void {
  copyAllBut(atTheTop, tree, destination);
}

function copyAllBut(omitted: ReadonlySet<string>, tree: string, destination: string): void {
  const entries = readdirSync(tree, { withFileTypes: true }).filter(({ name }) => !omitted.has(name));
  // Only if something is in it: `cargo vendor` writes no empty directories.
  if (entries.length > 0) mkdirSync(destination, { recursive: true });
  for (const entry of entries) {
    const [from, to] = [`${tree}/${entry.name}`, `${destination}/${entry.name}`];
    if (entry.isDirectory()) copyAllBut(aboutGit, from, to);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}
