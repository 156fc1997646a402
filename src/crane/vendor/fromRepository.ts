import { diagnostic } from "../../base/diagnostic.ts";
import { parseSourceId } from "../../cargo/sourceId.ts";
import type { LockEntry } from "../arguments/libContext.ts";
import { refuse } from "../arguments/refuse.ts";

/** Asked for a checkout's packages, or for one. */
type FromRepository = (lock: LockEntry | readonly LockEntry[]) => boolean;

/**
 * Tells whether lock entries come from a git repository, by the URL in their `source`: over HTTPS or SSH, in
 * git's short form (`git@host:owner/name`), with `.git` or without, percent-encoded or not, whatever branch,
 * tag or commit.
 *
 * @param repository host and path: `github.com/myorg/my-private-dep`. A URL is fine, too
 * @throws Refused: `override-repository`, for what has no host and no path, such as the name of a flake's
 *   input
 * @example
 * const isMyDep = fromRepository("github.com/myorg/my-private-dep");
 * const app = crane.buildPackage({
 *   src,
 *   overrideVendorGitCheckout: (lock, checkout) =>
 *     isMyDep(lock) ? checkout.overrideAttrs({ src: myDep }) : checkout,
 * });
 */
export function fromRepository(repository: `${string}/${string}`): FromRepository {
  const wanted = normalised(repository);
  if (!/^[^/]+\/./.test(wanted)) refuse(notARepository(repository));
  return (lock) => entriesOf(lock).some(({ source }) => repositoryOf(source) === wanted);
}

function repositoryOf(source: string): string | undefined {
  const id = parseSourceId(source);
  return id?.kind === "git" ? normalised(id.url) : undefined;
}

function entriesOf(lock: LockEntry | readonly LockEntry[]): readonly LockEntry[] {
  return "source" in lock ? [lock] : lock;
}

/** Hosts are the same in any case of letters; paths may not be, but for GitHub's, whose users mix them. */
function normalised(url: string): string {
  const plain = decoded(url)
    .replace(/^git\+/, "")
    .replace(/[?#].*$/, "");
  const short = /^(?:[^/@:]+@)?([^/:@]+):(?!\/\/)(?!\d+\/)(.*)$/.exec(plain);
  const location = short
    ? `${short[1]}/${short[2]}`
    : plain.replace(/^[a-z][a-z+.-]*:\/\//i, "").replace(/^[^/@]*@/, "");
  const [host = "", ...path] = location
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")
    .split("/");
  const lower = host.toLowerCase().replace(/:(?:22|80|443)$/, "");
  const rest = path.filter((part) => part !== "").join("/");
  return `${lower}/${lower === "github.com" ? rest.toLowerCase() : rest}`;
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

function notARepository(repository: string) {
  return diagnostic("override-repository", `\`${repository}\` is not a repository`, {
    notes: ["overrides match on the `source` that `Cargo.lock` has, and not on the name of an input"],
    help: ['write host and path: fromRepository("github.com/OWNER/NAME")'],
    status: 2,
  });
}
