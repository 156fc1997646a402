import * as v from "valibot";
import type { Replacement } from "./replacement.ts";

const metadataSchema = v.object({
  packages: v.array(
    v.object({
      name: v.string(),
      version: v.string(),
      dependencies: v.array(v.object({ name: v.string(), req: v.string(), source: v.nullable(v.string()) })),
    }),
  ),
});

/** What one package asks of a dependency. */
export type Requirement = { readonly by: string; readonly requirement: string };

/**
 * Which packages require what version of a dependency that is overridden, as Cargo reads it from their
 * manifests. Only for a diagnostic: where Cargo cannot say without network, nothing is known.
 *
 * @param root where the lock is, as it was before the override
 */
export async function requirementsOf(root: string, { locked }: Replacement): Promise<readonly Requirement[]> {
  const args = ["metadata", "--format-version", "1", "--offline", "--locked"];
  const { execa } = await import("execa");
  const ran = await execa("cargo", args, { cwd: root, reject: false, stdin: "ignore", stderr: "ignore" });
  if (ran.exitCode !== 0) return [];
  const { packages } = v.parse(metadataSchema, JSON.parse(ran.stdout));
  const found = packages.flatMap(({ name, version, dependencies }) =>
    dependencies
      .filter((one) => one.name === locked.name && one.source !== null)
      .map(({ req }) => ({ by: `${name} v${version}`, requirement: req })),
  );
  return found.filter(
    (one, index) =>
      found.findIndex((other) => other.by === one.by && other.requirement === one.requirement) === index,
  );
}
