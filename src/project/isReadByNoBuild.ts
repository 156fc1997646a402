import { isReadByCargo } from "../crane/isReadByCargo.ts";

/**
 * Whether a file's name says that no build reads it: documentation, licences, CI, editors, Nix, containers.
 *
 * What a build script might read is kept (a `Makefile`, `docs/` of a package below the root, whose templates
 * may lie there), and so is whatever Cargo itself reads. A file named here that the code does read is found
 * by `mentionsIn`. Changing this list changes what `mentionsIn` remembers, so raise the version in
 * `scanMemory`.
 *
 * @example
 * isReadByNoBuild("crates/a/README.md") // true
 */
export function isReadByNoBuild(path: string): boolean {
  if (isReadByCargo(path)) return false;
  const slash = path.lastIndexOf("/");
  const name = slash === -1 ? path : path.slice(slash + 1);
  if (anywhere.test(name) || licence.test(name)) return true;
  if (slash === -1) return atTheRoot.test(name);
  return directoryAtTheRoot.test(path) || directoryAnywhere.test(path);
}

const anywhere =
  /^(?:(?:readme|changelog|changes|history|news|contributing|code_of_conduct|security|authors|contributors|maintainers|governance|license|licence|copying|copyright|notice|patents|unlicense)(?:\.(?:md|markdown|txt|rst|adoc|org|html))?|.*\.(?:md|markdown|nix)|flake\.lock|\.envrc|\.editorconfig|\.ds_store|\.mailmap)$/i;

/** In capitals only: `LICENSE-MIT` is a licence, `license-check.c` may be code. */
const licence = /^(?:LICENSE|LICENCE|COPYING|NOTICE|README|CHANGELOG)-[\w.+-]+$/;

const atTheRoot =
  /^(?:gantry\.config\.ts|\.git(?:ignore|attributes|modules|-blame-ignore-revs)|\.gitlab-ci\.ya?ml|\.travis\.yml|\.?appveyor\.yml|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml|\.cirrus\.ya?ml|\.drone\.ya?ml|\.woodpecker\.ya?ml|\.?codecov\.ya?ml|\.pre-commit-config\.yaml|\.?renovate(?:rc)?(?:\.json5?)?|jenkinsfile|\.dockerignore|(?:dockerfile|containerfile)(?:\..+)?|.+\.dockerfile|(?:docker-)?compose(?:\..+)?\.ya?ml|\.?justfile)$/i;

const directoryAtTheRoot = /^(?:docs?|LICENSES)\//;

const directoryAnywhere =
  /(?:^|\/)\.(?:github|gitlab|gitea|forgejo|circleci|buildkite|woodpecker|vscode|idea|zed|devcontainer|direnv|husky)\//;
