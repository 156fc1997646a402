import * as v from "valibot";
import { backticked } from "../../base/backticked.ts";
import { diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import type { Override } from "./parseOverride.ts";

/** The package that takes the place of a dependency. Paths are absolute. */
export type LocalPackage = {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  /** The root of its own workspace; its own directory where it has none. */
  readonly workspace: string;
};

const metadataSchema = v.object({
  workspace_root: v.string(),
  packages: v.array(v.object({ name: v.string(), version: v.string(), manifest_path: v.string() })),
});

/**
 * Finds the package in the directory of an override: the directory's own, or a member of the workspace there.
 * Cargo reads the manifests, so that inherited versions count.
 *
 * Errors: `override-path`, where there is none of that name.
 */
export async function localPackage({ name, written, path }: Override): Promise<Result<LocalPackage>> {
  const asked = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
  const { execa } = await import("execa");
  const ran = await execa("cargo", [...asked, "--manifest-path", `${path}/Cargo.toml`], {
    reject: false,
    stdin: "ignore",
  });
  if (ran.exitCode !== 0) {
    const cause = redact(ran.stderr || (ran.message ?? ""));
    return err(
      wrongPath(
        `no Cargo package can be read at \`${written}\``,
        [`location searched: ${path}/Cargo.toml`],
        cause,
      ),
    );
  }
  const { packages, workspace_root: workspace } = v.parse(metadataSchema, JSON.parse(ran.stdout));
  const found = packages.find((one) => one.name === name);
  if (found) {
    const directory = found.manifest_path.replace(/\/[^/]*$/, "");
    return ok({ name, version: found.version, directory, workspace });
  }
  const names = packages.map((one) => one.name);
  const similar = nearest(name, names) ?? (names.length === 1 ? names[0] : undefined);
  const shown = backticked(names.slice(0, 10));
  const notes = [names.length === 1 ? `the package there is ${shown}` : `the packages there are ${shown}`];
  const help =
    similar === undefined ? [] : [`did you mean \`${similar}\`: gantry with ${similar}=${written} -- …`];
  return err(
    diagnostic("override-path", `no package \`${name}\` at \`${written}\``, { notes, help, status: 2 }),
  );
}

function wrongPath(message: string, notes: readonly string[], cause: string) {
  return diagnostic("override-path", message, {
    notes,
    help: ["name the directory of the package, or of the workspace that holds it"],
    causes: cause === "" ? [] : [cause],
    status: 2,
  });
}
