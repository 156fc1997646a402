import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";

/**
 * `registry-auth`: a registry that wants to know who asks, in the standard error of a failed `cargo fetch` (wording
 * of Cargo 1.95). undefined where something else failed.
 *
 * @param text without credentials
 * @param causes the same, as Cargo's chain of errors
 */
export function explainRefusal(text: string, causes: readonly string[]): Diagnostic | undefined {
  const registry =
    /token (?:found|rejected) for `([^`]+)`/.exec(text)?.[1] ??
    [...text.matchAll(/Updating `([^`]+)` index/g)].at(-1)?.[1];
  const shown = registry === undefined ? "a registry" : `the registry \`${registry}\``;
  const message = refusalOf(text, shown);
  if (message === undefined) return undefined;
  const crate = /failed to get `([^`]+)`/.exec(text)?.[1];
  return diagnostic("registry-auth", message, {
    causes,
    notes: [
      ...(crate === undefined ? [] : [`\`${crate}\` was asked for`]),
      "crates are fetched outside the sandbox, with the credentials that Cargo has; the build sees none of them",
    ],
    help: remedies(registry),
  });
}

function refusalOf(text: string, registry: string): string | undefined {
  if (text.includes("require a credential-provider to be configured"))
    return `${registry} asks for a token, and Cargo has no credential provider for it`;
  if (text.includes("no token found for")) return `there is no token for ${registry}`;
  if (/credential provider `[^`]*` failed/.test(text))
    return `the credential provider for ${registry} failed`;
  const status = /\bgot (401|403)\b/.exec(text)?.[1];
  if (status === undefined && !text.includes("token rejected for")) return undefined;
  return `${registry} refuses the token (${status ?? "401"})`;
}

function remedies(registry: string | undefined): string[] {
  if (registry === undefined || !/^[\w-]+$/.test(registry)) return ["log in: cargo login --registry NAME"];
  const variable = `CARGO_REGISTRIES_${registry.toUpperCase().replaceAll("-", "_")}`;
  return [
    `log in: cargo login --registry ${registry}`,
    `or, as in CI, set \`${variable}_TOKEN\`, and \`${variable}_CREDENTIAL_PROVIDER=cargo:token\` where no provider is configured`,
    "then: cargo fetch --locked",
  ];
}
