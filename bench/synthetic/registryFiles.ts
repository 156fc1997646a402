import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { create } from "tar";
import { writeFiles } from "../writeFiles.ts";
import { crateFiles, crateVersion, type RegistryCrate } from "./registryCrates.ts";

/**
 * All that a sparse registry serves, by path: index entries and `.crate` files (The Cargo Book, "Registry
 * Index").
 *
 * @param address of the server, like `http://127.0.0.1:8000`
 * @param scratch a directory to pack the crates in
 */
export async function registryFiles(
  crates: readonly RegistryCrate[],
  address: string,
  scratch: string,
): Promise<ReadonlyMap<string, Buffer>> {
  const dl = `${address}/{crate}-{version}.crate`;
  const files = new Map<string, Buffer>([["/config.json", Buffer.from(JSON.stringify({ dl }))]]);
  for (const crate of crates) {
    const { name } = crate;
    const stem = `${name}-${crateVersion}`;
    await writeFiles(join(scratch, stem), crateFiles(crate));
    const file = join(scratch, `${stem}.crate`);
    await create({ cwd: scratch, file, gzip: true, portable: true }, [stem]);
    const bytes = await readFile(file);
    files.set(`/${stem}.crate`, bytes);
    files.set(`/${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`, indexEntry(crate, bytes));
  }
  return files;
}

function indexEntry({ name, dependencies }: RegistryCrate, bytes: Buffer): Buffer {
  const deps = dependencies.map((one) => ({
    name: one,
    req: "^1",
    features: [],
    optional: false,
    default_features: true,
    target: null,
    kind: "normal",
  }));
  const cksum = createHash("sha256").update(bytes).digest("hex");
  return Buffer.from(
    `${JSON.stringify({ name, vers: crateVersion, deps, cksum, features: {}, yanked: false })}\n`,
  );
}
