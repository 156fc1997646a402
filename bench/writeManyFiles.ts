import { execa } from "execa";
import { writeFiles } from "./writeFiles.ts";

/** Writes a package of 10,000 files that have to be looked at, hardly anything of which has to be compiled. */
export async function writeManyFiles(into: string): Promise<undefined> {
  const modules = Array.from({ length: 9_997 }, (_, at) => {
    const name = `src/area${Math.floor(at / 100)}/part${at % 100}.rs`;
    return [name, `pub const NUMBER: u32 = ${at};\n`] as const;
  });
  await writeFiles(into, {
    "Cargo.toml": '[package]\nname = "many-files"\nversion = "0.1.0"\nedition = "2024"\n',
    "README.md": "# Many files\n",
    "src/main.rs": "fn main() {}\n",
    ...Object.fromEntries(modules),
  });
  await execa("cargo", ["generate-lockfile"], { cwd: into });
  return undefined;
}
