import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { editRust } from "../../scripts/editRust.ts";
import { workDirectory } from "../../scripts/workDirectory.ts";

test("each edit replaces the one before it", async () => {
  await using work = await workDirectory("edit");
  const file = join(work.path, "main.rs");
  await writeFile(file, "fn main() {}\n");

  await editRust(file, 1);
  await editRust(file, 23);

  expect(await readFile(file, "utf8")).toBe("fn main() {}\n\n#[used] static EDIT: u32 = 23;\n");
});
