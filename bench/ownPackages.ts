import { execa } from "execa";
import * as v from "valibot";
import type { Side } from "./side.ts";

const metadataSchema = v.object({ packages: v.array(v.object({ name: v.string() })) });

/** The names of the packages that are the project itself, and no dependency of it. */
export async function ownPackages({ directory, env }: Side): Promise<ReadonlySet<string>> {
  const args = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
  const { stdout } = await execa("cargo", args, { cwd: directory, env });
  const { packages } = v.parse(v.pipe(v.string(), v.parseJson(), metadataSchema), stdout);
  return new Set(packages.map(({ name }) => name));
}
