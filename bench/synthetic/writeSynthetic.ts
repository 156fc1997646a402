import { execa } from "execa";
import { writeFiles } from "../writeFiles.ts";
import { registryCrates } from "./registryCrates.ts";
import { registryFiles } from "./registryFiles.ts";
import { serveFiles } from "./serveFiles.ts";
import { syntheticFiles } from "./syntheticFiles.ts";

/**
 * Writes a workspace of 200 members over 1,000 crates that no registry has. Cargo downloads them from a
 * server of this process, which stands in for crates.io, into a Cargo home beside the workspace: the user's
 * would be littered.
 *
 * @returns the environment in which the workspace is built, offline
 */
export async function writeSynthetic(into: string): Promise<Record<string, string>> {
  const crates = registryCrates(1000);
  await writeFiles(into, syntheticFiles(200, crates));
  const home = `${into}.cargo-home`;
  let files: ReadonlyMap<string, Buffer> = new Map();
  await using server = await serveFiles(() => files);
  files = await registryFiles(crates, server.address, `${into}.crates`);
  await writeFiles(home, {
    "config.toml": `[source.crates-io]
replace-with = "synthetic"

[source.synthetic]
registry = "sparse+${server.address}/"
`,
  });
  const env = { CARGO_HOME: home };
  await execa("cargo", ["fetch"], { cwd: into, env });
  return env;
}
