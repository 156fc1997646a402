import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { BaseImage } from "../../derivation/image.ts";
import { contentDigestOf, writeLayout } from "../../oci/layout.ts";
import { chosenOf } from "../../oci/readLayout.ts";
import { stopped } from "../progress.ts";

type Fetching = {
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly signal: AbortSignal;
  /** Told what is fetched. */
  readonly onFetch: (image: string) => void;
};

type InRegistry = Extract<BaseImage, { readonly repository: string }>;

/**
 * Has skopeo copy an image of a registry, as the user, with the user's own logins and settings (`auth.json`,
 * `registries.conf`). What it says is not believed: manifests are kept as the registry sends them, and compared with the
 * digest. Gives the directory, in which blobs lie as in a layout.
 *
 * Errors: `image-offline`, `skopeo-missing`, `image-base-fetch`, `interrupted`.
 */
export async function copyFromRegistry(
  context: Fetching,
  image: InRegistry,
  into: string,
): Promise<Result<string>> {
  const { repository, digest, architecture } = image;
  const name = `${repository}@${digest}`;
  if (context.offline) return err(offline(name));
  context.onFetch(name);
  const index = await skopeo(context, name, ["inspect", "--raw", `docker://${name}`]);
  if (!index.ok) return index;
  const actual = contentDigestOf(index.value);
  if (actual !== digest) return err(fetchFailed(name, `what the registry sent has the digest ${actual}`));
  const chosen = chosenOf(index.value, architecture);
  if (!chosen.ok) return err(fetchFailed(name, chosen.error));
  const one = chosen.value ? `${repository}@${chosen.value.digest}` : name;
  const directory = `${into}-as-sent`;
  const copied = await skopeo(context, name, ["copy", "--quiet", `docker://${one}`, `dir:${directory}`]);
  if (!copied.ok) return copied;
  mkdirSync(into);
  const layout = writeLayout(into);
  cpSync(directory, join(into, "blobs/sha256"), {
    recursive: true,
    // Files that are no blobs; those have the digits of their digests as names.
    filter: (file) => !/\/(version|manifest\.json|signature-\d+)$/.test(file),
  });
  layout.add("", index.value);
  layout.add("", readFileSync(join(directory, "manifest.json")));
  return ok(into);
}

async function skopeo(
  { env, signal }: Fetching,
  name: string,
  args: readonly string[],
): Promise<Result<Buffer>> {
  const { execa } = await import("execa");
  const { exitCode, code, stdout, stderr } = await execa("skopeo", args, {
    env: { ...env },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    encoding: "buffer",
    stripFinalNewline: false,
    cancelSignal: signal,
  });
  if (signal.aborted) return err(stopped());
  if (code === "ENOENT") return err(skopeoMissing(name));
  if (exitCode === 0) return ok(Buffer.from(stdout));
  return err(fetchFailed(name, messageOf(Buffer.from(stderr).toString("utf8"))));
}

/** Of skopeo 1.9's own lines (`time="…" level=fatal msg="…"`) what they say. */
function messageOf(stderr: string): string {
  const last = stderr.trim().split("\n").at(-1) ?? "";
  const said = /\bmsg=("(?:[^"\\]|\\.)*")/.exec(last)?.[1];
  return said === undefined ? last : String(JSON.parse(said));
}

function offline(name: string): Diagnostic {
  return diagnostic(
    "image-offline",
    `the base image \`${name}\` is not in the store, and \`--offline\` was given`,
    {
      help: ["run it once without `--offline`; afterwards it is in the store"],
    },
  );
}

function skopeoMissing(name: string): Diagnostic {
  return diagnostic("skopeo-missing", "`skopeo` not found on `PATH`, which fetches images from registries", {
    help: [
      "install it, for example: sudo apt install skopeo",
      `or name an image on disk, made where it is: skopeo copy docker://${name} oci:base`,
    ],
  });
}

function fetchFailed(name: string, cause: string): Diagnostic {
  return diagnostic("image-base-fetch", `the base image \`${name}\` could not be fetched`, {
    help: [`try it alone: skopeo inspect docker://${name}`],
    causes: cause === "" ? [] : [cause],
  });
}
