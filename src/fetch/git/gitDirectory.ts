import { digestOf } from "../../base/digest.ts";
import { repositoryName } from "./repositoryName.ts";
import { withoutUser } from "./withoutUser.ts";

/**
 * The directory of a git source below the vendor directory: `<repository>-<8 digits>`.
 *
 * The digits tell the repository and the branch, tag or revision, not the commit: a lock has one commit of each,
 * and a package that a new commit left as it was is then found at its old place and not compiled again.
 */
export function gitDirectory(source: string): string {
  const [location = ""] = withoutUser(source).split("#");
  return `${repositoryName(location.replace(/^git\+/, ""))}-${digestOf(location).slice(0, 8)}`;
}
