import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type ConfigNode, placeOfNode } from "../../cargo/configNode.ts";
import { redact } from "../../cargo/redact.ts";
import { userConfig } from "./userConfig.ts";

/**
 * `token-in-project`: a registry's token in the configuration that belongs to the project. All that belongs to it is
 * copied to the store, hashed, and seen by every build script.
 */
export async function tokenInProject(root: string, env: NodeJS.ProcessEnv): Promise<Diagnostic | undefined> {
  const config = userConfig(root, env);
  if (!config.mentions("token") && !config.mentions("secret-key")) return undefined;
  const inside = (await config.parsed((file) => file.startsWith(`${root}/`)))?.merged;
  const registry = inside?.entries.get("registry");
  const registries = inside?.entries.get("registries");
  const named = registries?.kind === "table" ? [...registries.entries.values()] : [];
  const secret = [registry, ...named].flatMap(secretIn)[0];
  if (!secret) return undefined;
  const place = placeOfNode(secret);
  return diagnostic("token-in-project", "the project's Cargo configuration holds a token", {
    place: {
      ...place,
      file: place.file.slice(root.length + 1),
      ...(place.text !== undefined && { text: redact(place.text) }),
      label: "every build script would see it",
    },
    notes: ["what belongs to the project is copied to the store and shown to the build"],
    help: ["remove the line, and let Cargo keep the token outside the project: cargo login --registry NAME"],
  });
}

function secretIn(node: ConfigNode | undefined): ConfigNode[] {
  if (node?.kind !== "table") return [];
  return ["token", "secret-key"].flatMap((key) => node.entries.get(key) ?? []);
}
