import { readFile, writeFile } from "node:fs/promises";

/**
 * Changes one line at the end of a Rust file, to one that it never had before if `round` is new: a static
 * that ends up in the object file, so that neither Cargo nor a comparison of outputs can take the change for
 * none.
 */
export async function editRust(file: string, round: number): Promise<void> {
  const text = await readFile(file, "utf8");
  const before = text.replace(/\n#\[used\] static EDIT: u32 = \d+;\n$/, "");
  await writeFile(file, `${before}\n#[used] static EDIT: u32 = ${round};\n`);
}
