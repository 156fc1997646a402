import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Checkout } from "./checkout.ts";
import type { FoundPackage } from "./findPackage.ts";
import type { LockedGitPackage } from "./gitCheckouts.ts";
import { shownUrl } from "./gitSubject.ts";

/** `git-package-missing`: the repository has no such package at that commit, or in another version only. */
export function packageMissing(
  { name, version, source }: LockedGitPackage,
  named: readonly FoundPackage[],
  { manifests }: Checkout,
): Diagnostic {
  const [location = "", commit = ""] = source.replace(/^git\+/, "").split("#");
  const versions = named.map((one) => `\`${one.directory}\` is \`${one.name} v${one.version}\``);
  const count = manifests.directories.length;
  return diagnostic(
    "git-package-missing",
    `\`${shownUrl({ url: location })}\` has no package \`${name} v${version}\``,
    {
      notes: [
        `at commit \`${commit.slice(0, 12)}\`, which \`Cargo.lock\` names`,
        ...(versions.length > 0
          ? versions
          : [`its ${count} ${count === 1 ? "manifest was" : "manifests were"} searched`]),
      ],
      help: [`cargo update -p ${name}`],
    },
  );
}
