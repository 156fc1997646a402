import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { errorChain } from "../../cargo/errorChain.ts";
import { explainRefusal } from "./explainRefusal.ts";
import { withoutTokens } from "./withoutTokens.ts";

/**
 * What the standard error of a failed `cargo fetch --locked` means (wording of Cargo 1.95, for the stale
 * lock of earlier ones, too, and of rustup 1.29). Cargo's own words become the causes, without credentials: those of URLs, and those in `env`.
 */
export function explainFetchFailure(stderr: readonly string[], env: NodeJS.ProcessEnv = {}): Diagnostic {
  const lines = stderr.map((line) => withoutTokens(line, env));
  const text = lines.join("\n");
  const causes = errorChain(lines);
  if (/lock file .* (needs to be updated but|because) --locked was passed/.test(text)) {
    return diagnostic("lock-stale", "`Cargo.lock` does not agree with the manifests", {
      causes,
      help: ["cargo update --workspace", "or, if there is no lock yet: cargo generate-lockfile"],
    });
  }
  const toolchain = /toolchain '([^']+)' is not installed/.exec(text)?.[1];
  if (toolchain !== undefined) {
    return diagnostic("toolchain-missing", `toolchain \`${toolchain}\` is not installed`, {
      notes: ["rustup starts it in this project, also as the Cargo that downloads crates"],
      help: [`rustup toolchain install ${toolchain}`],
    });
  }
  const refusal = explainRefusal(text, causes);
  if (refusal) return refusal;
  const host = unreachableHost(text);
  if (host !== undefined) {
    return diagnostic("fetch-failed", `cannot download crates from \`${host}\``, {
      causes,
      help: [
        "check the network and the proxy (`HTTPS_PROXY`, `http.proxy` in `.cargo/config.toml`), then: cargo fetch --locked",
      ],
    });
  }
  return diagnostic("fetch-failed", "`cargo fetch --locked` failed", {
    causes,
    help: ["run it by itself until it succeeds: cargo fetch --locked"],
  });
}

function unreachableHost(text: string): string | undefined {
  return (
    /Could not resolve (?:host|proxy): ([^\s)]+)/.exec(text)?.[1] ??
    /(?:failed to (?:download|fetch)|Unable to update|error inspecting).*?https?:\/\/(?:[^/@\s]*@)?([^/\s`'"]+)/i.exec(
      text,
    )?.[1]
  );
}
