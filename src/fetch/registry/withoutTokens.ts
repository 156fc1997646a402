import { redact } from "../../cargo/redact.ts";

/**
 * A line of Cargo's without credentials: those in URLs, the tokens in the environment, which a server may send back,
 * and the arguments of a credential provider, which may be a token, too.
 */
export function withoutTokens(line: string, env: NodeJS.ProcessEnv): string {
  const tokens = Object.entries(env).flatMap(([name, value]) =>
    value && /^CARGO_REGISTR(Y|IES_.+)_(TOKEN|SECRET_KEY)$/.test(name) ? [value] : [],
  );
  const plain = tokens.reduce((text, token) => text.replaceAll(token, "***"), redact(line));
  return plain.replace(/(credential provider `[^`\s]+) [^`]*/, "$1 …");
}
