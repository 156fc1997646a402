import { existsSync, readFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import type { CrateRegistry } from "../../derivation/vendor.ts";
import type { Store } from "../../store/store.ts";
import { fetchCheckout } from "../git/fetchCheckout.ts";
import { bytesAt } from "./bytesAt.ts";

export type RegistryAddressOptions = {
  readonly workspaceDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly signal?: AbortSignal | undefined;
};

/** The `dl` of a registry. Errors: `registry-config`; those of `fetchCheckout`. */
export async function registryAddress(
  registry: CrateRegistry,
  store: Store,
  options: RegistryAddressOptions,
): Promise<Result<string>> {
  if ("downloadUrl" in registry) return ok(registry.downloadUrl);
  if ("configUrl" in registry) {
    const { configUrl, configSha256 } = registry;
    const bytes = await bytesAt(configUrl, options.signal);
    if (!bytes.ok) return err(unusable(configUrl, bytes.error));
    const found = digestOf(bytes.value);
    if (configSha256 !== undefined && found !== configSha256)
      return err(unusable(configUrl, `expected the digest ${configSha256}, found ${found}`));
    return addressIn(bytes.value.toString("utf8"), configUrl);
  }
  const { index, rev } = registry;
  const source = { kind: "git", url: index, reference: { kind: "default" }, commit: rev } as const;
  const wanted = { wantedBy: redact(index), wantedAs: "registry" } as const;
  const tree = await fetchCheckout(source, store, { ...options, ...wanted });
  if (!tree.ok) return tree;
  const file = `${store.tree(tree.value)}/config.json`;
  if (!existsSync(file)) return err(unusable(index, `commit ${rev} has no \`config.json\``));
  return addressIn(readFileSync(file, "utf8"), index);
}

function addressIn(text: string, from: string): Result<string> {
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config === "object" && config !== null && "dl" in config && typeof config.dl === "string")
      return ok(config.dl);
  } catch {
    return err(unusable(from, "it is not JSON"));
  }
  return err(unusable(from, "it has no `dl`"));
}

function unusable(from: string, cause: string): Diagnostic {
  return diagnostic(
    "registry-config",
    `the configuration of the registry at \`${redact(from)}\` cannot be used`,
    {
      causes: [cause],
      help: ["name the address itself: crane.registryFromDownloadUrl({ indexUrl, dl })"],
    },
  );
}
