import { ok } from "../base/result.ts";
import { shellsOf } from "../crane/project.ts";
import { describingFiles, keptPath } from "../shell/kept.ts";
import { shellWord, shellWordInProject } from "../shell/quote.ts";
import { withoutSecrets } from "../shell/secrets.ts";
import { headOf, type MakeFiles } from "./ejectedFile.ts";

const command = "gantry eject envrc";

/** The line by which `.env` is known to be one of setup.sh, as `setupTemplate.sh` writes it. */
const envBegin = "# Written by setup.sh, from here";

/**
 * The `.envrc` by which direnv gives everybody the default shell: of the flake where Nix is, of Gantry where that is, and where
 * neither is, its variables, with what setup.sh left of them in `.env` (direnv 2.32).
 *
 * Errors: `secret-in-env`.
 */
export const envrcFiles: MakeFiles = ({ project, offered }) => {
  const env = shellsOf(offered).default?.env ?? {};
  const safe = withoutSecrets(env, { file: ".envrc", project });
  if (!safe.ok) return safe;
  const text = envrcText(env, describingFiles(project, offered.files));
  const next = "commit it, and let direnv read it: direnv allow";
  return ok([{ path: ".envrc", text, command, next, own: ".envrc.local" }]);
};

/** @param watched the files of the description, from the project's root */
function envrcText(env: Readonly<Record<string, string>>, watched: readonly string[]): string {
  const kept = keptPath("default");
  const inside = watched.filter((path) => !path.startsWith("/") && !path.startsWith("../"));
  const variables = Object.entries(env).map(
    ([name, value]) => `  export ${name}=${shellWordInProject(value)}`,
  );
  return `${headOf(command)}# direnv reads this once you have said so: direnv allow.
# What is yours alone belongs into .envrc.local, which git should ignore.

if has nix && [[ -e flake.nix ]]; then
  use flake
elif has gantry; then
  # What Gantry printed last knows by itself whether it still holds, and needs no Gantry to be started.
  if ! { [[ -r ${kept} ]] && source ${kept}; }; then
    watch_file ${inside.map(shellWord).join(" ")}
    if gantry_printed="$(gantry env --direnv)"; then
      eval "$gantry_printed"
    elif gantry_anyway=1 && [[ -r ${kept} ]] && source ${kept}; then
      log_error "the environment is still the last one that Gantry could make"
    else
      gantry_failed=1
    fi
    unset gantry_printed gantry_anyway
  fi
else
  log_status "neither Nix nor Gantry is here: what setup.sh installs is all there is"
${variables.map((line) => `${line}\n`).join("")}  # Where setup.sh found these on this machine, and what the user sets in their place.
  watch_file .env
  if [[ -f .env ]] && grep -qxF ${shellWord(envBegin)} .env 2>/dev/null; then
    set -a
    source ./.env
    set +a
  fi
  has cargo || PATH_add "\${CARGO_HOME:-$HOME/.cargo}/bin"
fi
source_env_if_exists .envrc.local
[[ -z "\${gantry_failed-}" ]] || exit 1
`;
}
